/*
 * Generated clients in programs of their own, against `rcc classify`, class by class. Node's run everywhere; CLIENT_PYTHON names a Python with onnxruntime,
 * Pillow and numpy, and with OpenCV where a client needs that: pip install onnxruntime pillow numpy opencv-python-headless
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../../src/accuracy/classify.ts';
import { compileSpec } from '../../../src/compile/compile.ts';
import { openArtifact } from '../../../src/compile/open-classifier.ts';
import { readManifest } from '../../../src/compile/read-manifest.ts';
import { deploy, destinationOf, readArtifacts } from '../../../src/deploy/deploy.ts';
import { namedPictures } from '../../../src/images/pictures.ts';
import { specAt } from '../../helpers/spec-files.ts';
import { onnxAlone } from '../../helpers/targets.ts';
import { type ClientCase, cases } from './cases.ts';

const python = process.env.CLIENT_PYTHON;
const pictures = [
  'landscape.jpg',
  'portrait.png',
  'gray.png',
  'alpha.png',
  '420.jpg',
  'small.png',
  'cmyk.jpg',
  'deep.png',
  'deep-gray.png',
  'flawed.jpg',
  'palette.png',
  'bit.png',
].map((name) => resolve('test/fixtures/images', name));

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rcc-clients-'));
  // What a user's `npm install` puts there.
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function artifactOf(name: string, { spec, ...options }: ClientCase): Promise<string> {
  const directory = join(root, name, 'artifact');
  if (existsSync(directory)) return directory;
  const target = await onnxAlone('fp32');
  await compileSpec(await spec(), { ...options, target, directory, verify: false });
  return directory;
}

/** Probabilities of every class, picture by picture. */
type Answers = readonly (readonly number[])[];

async function expectedOf(directory: string): Promise<Answers> {
  const manifest = await readManifest(directory);
  const classifier = await openArtifact(directory, manifest, { engine: undefined, batch: 1 });
  const answers: number[][] = [];
  const options = { top: classifier.classes, batch: 1 };
  for await (const outcome of classify(classifier, namedPictures(pictures), options)) {
    if (!('top' in outcome)) throw new Error(outcome.problem.message);
    const ordered = outcome.top.toSorted((a, b) => a.class - b.class);
    answers.push(ordered.map(({ probability }) => probability));
  }
  await classifier.close();
  return answers;
}

/** Gray of 16 bits, of which Pillow by itself would make white. */
const deepGray = resolve('test/fixtures/images/deep-gray.png');

/** Runs a client's function on each picture, with nothing of the artifact beside it but what was deployed. */
async function runNode(folder: string): Promise<Answers> {
  const script = `import { classify } from './classify.mjs';
const answers = [];
for (const path of ${JSON.stringify(pictures)}) answers.push([...(await classify(path))]);
console.log(JSON.stringify(answers));`;
  writeFileSync(join(folder, 'ask.mjs'), script);
  const { stdout } = await execa(process.execPath, [join(folder, 'ask.mjs')]);
  return JSON.parse(stdout);
}

async function runPython(folder: string): Promise<Answers> {
  const script = `import json
from classify import classify
print(json.dumps([classify(path).astype(float).tolist() for path in ${JSON.stringify(pictures)}]))`;
  writeFileSync(join(folder, 'ask.py'), script);
  const { stdout } = await execa(python ?? '', [join(folder, 'ask.py')]);
  return JSON.parse(stdout);
}

function expectAlike(answers: Answers, expected: Answers, within = 1e-4): void {
  expect(answers.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  for (const [i, answer] of answers.entries())
    for (const [index, probability] of answer.entries())
      expect(Math.abs(probability - (expected[i]?.[index] ?? Number.NaN))).toBeLessThan(within);
}

const clients = [
  ['node', runNode, true],
  ['python', runPython, python !== undefined],
] as const;

describe.each(clients)('a client in %s', (destination, run, isHere) => {
  it.skipIf(!isHere).each(Object.entries(cases))(
    'says what rcc classify says: %s',
    async (name, one) => {
      const artifact = await artifactOf(name, one);
      const output = join(root, name, destination);
      const artifacts = await readArtifacts([artifact]);
      await deploy(destinationOf(destination), { artifacts, output, allowSynthetic: true });
      const within = destination === 'python' ? one.pythonWithin : undefined;
      expectAlike(await run(output), await expectedOf(artifact), within);
    },
    60_000,
  );

  it('has nothing in it that its artifact does not need', async () => {
    const texts: string[] = [];
    for (const name of ['digits', 'bytes, blue first', 'bicubic as OpenCV']) {
      const artifact = await artifactOf(name, cases[name] as ClientCase);
      const output = join(root, name, `${destination}-text`);
      const artifacts = await readArtifacts([artifact]);
      const { files } = await deploy(destinationOf(destination), {
        artifacts,
        output,
        allowSynthetic: true,
      });
      texts.push(readFileSync(join(output, files.at(-1)?.path ?? ''), 'utf8'));
    }
    const ending = destination === 'node' ? 'mjs' : 'py';
    for (const [i, name] of ['digits', 'bytes', 'opencv'].entries())
      await expect(texts[i]).toMatchFileSnapshot(`golden/${name}.${ending}`);
  }, 60_000);

  it.skipIf(!isHere)(
    'prints the first five with their labels',
    async () => {
      const artifact = await artifactOf('digits', cases.digits as ClientCase);
      const output = join(root, 'digits', `${destination}-printed`);
      const { next } = await deploy(destinationOf(destination), {
        artifacts: await readArtifacts([artifact]),
        output,
      });
      expect(next.at(-1)).toContain('PICTURE');
      const program = destination === 'node' ? process.execPath : (python ?? '');
      const file = destination === 'node' ? 'classify.mjs' : 'classify.py';
      const four = resolve('examples/digits/four.png');
      const { stdout } = await execa(program, [join(output, file), four]);
      const lines = stdout.split('\n');
      expect(lines).toHaveLength(5);
      expect(lines[0]).toMatch(/four\.png 0\.\d{4} four$/);
    },
    60_000,
  );
});

/** The client of digits in a folder, and a run of it as a program. */
async function program(destination: string) {
  const artifacts = await readArtifacts([await artifactOf('digits', cases.digits as ClientCase)]);
  const output = join(root, 'digits', `${destination}-program`);
  const { next } = await deploy(destinationOf(destination), { artifacts, output });
  const words =
    destination === 'node'
      ? [process.execPath, join(output, 'classify.mjs')]
      : [python ?? '', join(output, 'classify.py')];
  const [command = '', ...first] = words;
  const run = (...paths: readonly string[]) =>
    execa(command, [...first, ...paths], { reject: false });
  return { next, output, run };
}

describe.each(clients)('a client in %s as a program', (destination, _run, isHere) => {
  it.skipIf(!isHere)(
    'says how it is called, and which picture it cannot read',
    async () => {
      const { run } = await program(destination);
      const idle = await run();
      expect(idle.exitCode).toBe(2);
      expect(idle.stderr).toMatch(/^usage: (?:node|python) classify\.(?:mjs|py) PICTURE \.\.\.$/);
      const missing = await run('nowhere.png');
      expect(missing.exitCode).toBe(1);
      expect(missing.stderr.split('\n')).toHaveLength(1);
      expect(missing.stderr).toContain('nowhere.png');
    },
    60_000,
  );
});

describe('gray of 16 bits', () => {
  it.each(clients)(
    'is read by a client in %s as by rcc classify',
    async (destination, _run, isHere) => {
      if (!isHere) return;
      const { run } = await program(destination);
      const { stdout } = await run(deepGray);
      const artifact = await artifactOf('digits', cases.digits as ClientCase);
      const manifest = await readManifest(artifact);
      const classifier = await openArtifact(artifact, manifest, { engine: undefined, batch: 1 });
      const named = namedPictures([deepGray]);
      for await (const outcome of classify(classifier, named, { top: 5, batch: 1 })) {
        if (!('top' in outcome)) throw new Error(outcome.problem.message);
        const lines = outcome.top.map(
          ({ label, probability }) => `${deepGray} ${probability.toFixed(4)} ${label}`,
        );
        expect(stdout.split('\n')).toEqual(lines);
      }
      await classifier.close();
    },
    60_000,
  );
});

it('a client in node is installed without scripts of packages', async () => {
  const { next, output } = await program('node');
  expect(next[0]).toBe(`npm install --ignore-scripts onnxruntime-node sharp --prefix ${output}`);
});

const shared = resolve('../shared/weights/cifar/resnet20-12fca82f.th');
describe.skipIf(!existsSync(shared))(
  'a CIFAR network of its authors’ weights (needs ../shared)',
  () => {
    it.each(clients)(
      'is served by a client in %s',
      async (destination, run, isHere) => {
        if (!isHere) return;
        const spec = await specAt('examples/cifar/resnet20.rn');
        const placed = { resize: 32, crop: 32, antialias: true };
        const directory = join(root, 'cifar', destination);
        await compileSpec(
          { ...spec, preprocess: { ...spec.preprocess, ...placed } },
          { target: await onnxAlone('fp32'), directory, weights: shared, verify: false },
        );
        const output = join(directory, 'client');
        const artifacts = await readArtifacts([directory]);
        await deploy(destinationOf(destination), { artifacts, output, allowSynthetic: true });
        expectAlike(await run(output), await expectedOf(directory));
      },
      60_000,
    );
  },
);
