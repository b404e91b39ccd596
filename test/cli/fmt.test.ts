import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const right = 'model a {\n  depth    18\n  classes  37\n}\n';
const wrong = 'model a {\r\n  depth 18,\r\n  classes 37\r\n}';
const broken = 'model a { depth 18';

describe('rcc fmt', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const textOf = (name: string): string => readFileSync(at(name), 'utf8');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcc-fmt-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function given(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  }

  it('writes what is not in form, and nothing else', async () => {
    given({ 'right.rn': right, 'wrong.rn': wrong });
    const { ino } = statSync(at('right.rn'));
    const { exitCode, stdout } = await rcc('fmt', folder);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `${at('wrong.rn')}\n1 of 2 files written anew.\n`,
    });
    expect(textOf('wrong.rn')).toBe(right);
    expect(statSync(at('right.rn')).ino).toBe(ino);
    expect((await rcc('fmt', folder)).stdout).toBe('2 files in form.\n');
  });

  it('--check writes nothing, and shows the first line that is written another way', async () => {
    given({ 'right.rn': right, 'wrong.rn': wrong });
    const { exitCode, stdout } = await rcc('fmt', '--check', folder, '--json');
    expect(exitCode).toBe(1);
    const { result, diagnostics } = JSON.parse(stdout);
    expect(result.map(({ inForm }: { inForm: boolean }) => inForm)).toEqual([true, false]);
    expect(diagnostics).toMatchObject([{ code: 'not-formatted', span: { start: 0, end: 9 } }]);
    expect(diagnostics[0].details).toEqual(['- model a { (CRLF)', '+ model a {']);
    expect(textOf('wrong.rn')).toBe(wrong);
    rmSync(at('wrong.rn'));
    expect((await rcc('fmt', '--check', folder)).exitCode).toBe(0);
  });

  it.each<[text: string, start: number, details: readonly string[]]>([
    [right.replace('  depth ', '  depth'), 10, ['-   depth   18', '+   depth    18']],
    [right.replace('18', '18  '), 10, ['-   depth    18 (spaces at its end)', '+   depth    18']],
    [right.trimEnd(), right.length - 2, ['The last line has no line end.']],
    [`${right}\n\n`, right.length + 1, ['- (an empty line)']],
  ])('--check shows the line as it is and as it would be: %j', async (text, start, details) => {
    given({ 'other.rn': text });
    const { stdout } = await rcc('fmt', '--check', at('other.rn'), '--json');
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ span: { start }, details }]);
    rmSync(at('other.rn'));
  });

  it('leaves a file with mistakes as it is, and writes the others', async () => {
    given({ 'broken.rn': broken, 'wrong.rn': wrong });
    const { exitCode, stderr } = await rcc('fmt', at('broken.rn'), `${at('wrong.rn')}#a`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('missing-brace');
    expect([textOf('broken.rn'), textOf('wrong.rn')]).toEqual([broken, right]);
  });
});
