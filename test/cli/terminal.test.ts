import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostics/wrap.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { hasScript, inTerminal } from '../helpers/terminal.ts';
import { fullSampleBench } from '../report/sample-bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-terminal-'));
const bench = join(folder, 'bench.json');
let cli = '';
beforeAll(async () => {
  cli = await bundledCli();
  writeFileSync(bench, JSON.stringify(fullSampleBench()));
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

const rcc = (...argv: readonly string[]): readonly string[] => [process.execPath, cli, ...argv];

/** In a pipe, where nothing is wrapped. */
function piped(...argv: readonly string[]): string {
  return execFileSync(process.execPath, [cli, ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const commands: readonly (readonly string[])[] = [
  ['--help'],
  ['compile', '--help'],
  ['classify', '--help'],
  ['help', 'tensorrt'],
  ['bench', '--help'],
  ['farm', 'plan', '--help'],
  ['list'],
  ['inspect', 'resnet18'],
  ['inspect', 'timm/seresnet50'],
  ['check', 'specs/resnet18.rn', 'examples/digits/digits.rn'],
  ['estimate', '--gpu', 't4', '--budget', '2ms'],
  ['estimate', 'resnet18', '--gpu', 'a100', '--fp16', '--batch', '1'],
  ['explain', 'timing-unstable'],
  ['explain', 'shortcut'],
];

/** Words as they are read, without signs behind them; one that is longer than a line cannot but be. */
const notShown = /Not shown in[\s\S]*?has\s+all\./;
const wordsOf = (text: string): readonly string[] =>
  text.split(/\s+/).flatMap((word) => word.replaceAll(/[:;,]+$/g, '') || []);

describe.skipIf(!hasScript)('a terminal', () => {
  const inPipes = new Map<readonly string[], ReadonlySet<string>>();
  beforeAll(() => {
    for (const argv of commands) inPipes.set(argv, new Set(wordsOf(piped(...argv))));
  }, 120_000);

  describe.each([60, 80, 120])('of %i columns', (columns) => {
    it('gets lines that fit, of whole words', () => {
      for (const argv of commands) {
        const shown = stripVTControlCharacters(inTerminal(columns, rcc(...argv)));
        const lines = shown.split('\n');
        expect(lines.length).toBeGreaterThan(3);
        const long = lines.filter((line) => displayWidth(line) > columns);
        expect(long.filter((line) => wordsOf(line).length > 1)).toEqual([]);
        expect(
          wordsOf(shown.replace(notShown, '')).filter((word) => !inPipes.get(argv)?.has(word)),
        ).toEqual([]);
      }
    }, 120_000);

    it('gets a table of two benches that fits', () => {
      const lines = inTerminal(columns, rcc('compare', bench, bench)).split('\n');
      expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
      expect(lines.join('\n').match(/ same\b(?!\.)/g)).toHaveLength(24);
    });

    it('gets layers as a table, a line each', () => {
      const shown = inTerminal(columns, rcc('inspect', 'resnet18_vd'));
      expect(shown).toMatch(/^layer +(op +)?output +(params +)?MACs/m);
      expect(shown).toMatch(/^stem\/conv1 .*N×32×112×112/m);
      expect(shown).toMatch(/^total .* 2\.07G/m);
    });

    it('gets a mistake and its hint in lines that fit', () => {
      const lines = inTerminal(columns, rcc('compile', 'no-such-network')).split('\n');
      expect(lines.join('\n')).toContain('error');
      const wide = lines.map((line) => displayWidth(line)).filter((width) => width > columns);
      expect(wide).toEqual([]);
    });
  });

  it('gets a table of two benches, and a pipe Markdown', () => {
    const shown = inTerminal(80, rcc('compare', bench, bench));
    expect(shown).toContain('No regression');
    expect(shown).not.toMatch(/\*\*|^\|/m);
    expect(piped('compare', bench, bench)).toMatch(/^\| Model \| Device/m);
  });

  const compile = [
    ...['compile', 'test/fixtures/weights/neck4_d.rn#neck4_d', '--target', 'onnx'],
    ...['-o', join(folder, 'artifact')],
  ];

  it('is told the next command last', () => {
    const shown = inTerminal(80, rcc(...compile), { NO_COLOR: '1' });
    expect(shown.trimEnd().split('\n').at(-1)).toMatch(/^next: rcc classify .*artifact PICTURE/);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('gets no escape with %o', (env) => {
    const shown = inTerminal(80, rcc(...compile), env);
    expect(shown).toMatch(/^ {2}graph +<?[\d.]+ s /m);
    expect(shown).not.toContain('\u001b');
    expect(inTerminal(80, rcc('check', 'no.rn'), env)).not.toContain('\u001b');
    expect(inTerminal(80, rcc(...compile))).toContain('\u001b');
  });
});

it.each([
  'README.md',
  'docs/precision.md',
  'docs/first-run.md',
])('is what %s speaks of: no command there has the banner of npm run in its output', (page) => {
  const commands = readFileSync(page, 'utf8').match(/^(?:npm ci && )?(?:npm run|npx) .*$/gm) ?? [];
  expect(commands.filter((line) => line.includes('npm run rcc'))).toEqual([]);
});
