/* The mechanism, with destinations of the test's own. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploy } from '../../src/deploy/deploy.ts';
import type { DeployedFile, Destination } from '../../src/deploy/destination.ts';
import { codesOfError } from '../helpers/diagnostics.ts';

let folder = '';
let output = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-deploy-'));
  output = join(folder, 'deep', 'out');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const planning = (files: readonly DeployedFile[]): Destination => ({
  name: 'here',
  help: '',
  takes: [],
  plan: async () => ({ files, next: [], notes: [] }),
});

async function put(files: readonly DeployedFile[], isDryRun = false) {
  const { files: done } = await deploy(planning(files), { artifacts: [], output }, { isDryRun });
  return done.map(({ path, state }) => `${path} ${state}`);
}

/** All files beneath the output folder, rcc's own left out. */
function there(): readonly string[] {
  const names = readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(output.length + 1));
  return names.filter((name) => !name.startsWith('.rcc')).sort();
}

const text = (path: string): string => readFileSync(join(output, path), 'utf8');
const engine = 'engine '.repeat(100_000);

function copied(path: string, content = engine, permanent = true): DeployedFile {
  const from = join(folder, 'engine.plan');
  writeFileSync(from, content);
  return { path, from, sha256: createHash('sha256').update(content).digest('hex'), permanent };
}

describe('a deployment', () => {
  it('comes whole, and changes nothing the second time', async () => {
    const files = [copied('m/1/model.plan'), { path: 'm/config', text: 'a' }];
    expect(await put(files)).toEqual(['m/1/model.plan new', 'm/config new']);
    expect(there()).toEqual(['m/1/model.plan', 'm/config']);
    expect(text('m/1/model.plan')).toBe(engine);
    const record = text('.rcc-deployment.json');
    expect(await put(files)).toEqual(['m/1/model.plan same', 'm/config same']);
    expect(text('.rcc-deployment.json')).toBe(record);
    expect(readdirSync(output).sort()).toEqual(['.rcc-deployment.json', 'm']);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['out']);
  });

  it('replaces what rcc wrote, beside a new version', async () => {
    await put([copied('m/1/model.plan'), { path: 'm/config', text: 'a' }]);
    const next = [copied('m/2/model.plan', 'other'), { path: 'm/config', text: 'b' }];
    expect(await put(next)).toEqual(['m/2/model.plan new', 'm/config changed']);
    expect(there()).toEqual(['m/1/model.plan', 'm/2/model.plan', 'm/config']);
    expect([text('m/config'), text('m/1/model.plan'), text('m/2/model.plan')]).toEqual([
      'b',
      engine,
      'other',
    ]);
  });

  it('writes nothing in a dry run', async () => {
    expect(await put([{ path: 'm/config', text: 'a' }], true)).toEqual(['m/config new']);
    expect(existsSync(join(folder, 'deep'))).toBe(false);
  });

  it.each<[string, string, () => void]>([
    [
      'a file of somebody else',
      'deploy-foreign-file',
      () => writeFileSync(join(output, 'm/x'), 'mine'),
    ],
    [
      'a file that was edited',
      'deploy-edited-file',
      () => writeFileSync(join(output, 'm/config'), 'mine'),
    ],
    [
      'a version of another content',
      'deploy-version-exists',
      () => writeFileSync(join(output, 'm/1/model.plan'), 'mine'),
    ],
  ])('leaves %s as it is, and all others', async (_what, code, edit) => {
    await put([copied('m/1/model.plan'), { path: 'm/config', text: 'a' }]);
    edit();
    const before = there().map(text);
    const files = [
      { path: 'a', text: 'new' },
      copied('m/1/model.plan'),
      { path: 'm/config', text: 'b' },
      { path: 'm/x', text: 'x' },
    ];
    expect(await codesOfError(() => put(files))).toEqual([code]);
    expect(there().map(text)).toEqual(before);
    expect(existsSync(join(output, 'a'))).toBe(false);
  });

  it('tells all that is in the way at once', async () => {
    mkdirSync(output, { recursive: true });
    for (const name of ['a', 'b']) writeFileSync(join(output, name), 'mine');
    const files = ['a', 'b'].map((path) => ({ path, text: 'x' }));
    const codes = ['deploy-foreign-file', 'deploy-foreign-file'];
    expect(await codesOfError(() => put(files))).toEqual(codes);
  });

  it.each([
    ['cut short', (path: string) => writeFileSync(path, engine.slice(1))],
    ['missing', (path: string) => rmSync(path)],
  ])('refuses an engine that is %s, and leaves no folder behind', async (_what, damage) => {
    const files = [{ path: 'm/config', text: 'a' }, copied('m/1/model.plan')];
    damage(join(folder, 'engine.plan'));
    expect(await codesOfError(() => put(files))).toEqual(['artifact-file-damaged']);
    expect(existsSync(join(folder, 'deep'))).toBe(false);
  });

  it('takes the record of another program for what it is', async () => {
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, '.rcc-deployment.json'), '{"files": 3}');
    const files = [{ path: 'a', text: 'x' }];
    expect(await codesOfError(() => put(files))).toEqual(['result-file-invalid']);
    expect(there()).toEqual([]);
  });

  it.each([
    '../a',
    '/a',
    'a/../../b',
    '.rcc-deployment.json',
    '',
  ])('takes %j of a destination for a bug', async (path) => {
    await expect(put([{ path, text: 'x' }])).rejects.toThrow('is no path');
    expect(existsSync(join(folder, 'deep'))).toBe(false);
  });
});
