/*
 * Files of the project's own in every container, with tensors around 1 MB and numbers as training leaves them, written while the test runs. The test
 * knows every number: the fold, the rounding and the logits are computed from the definitions in float64.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import type { Spec } from '../../src/language/spec.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { elementTypes } from '../helpers/weight-files.ts';
import { type Container, containers, roundings, tensorsOf } from './containers.ts';
import { formNames, formOf } from './forms.ts';
import { createFileJudge, type FileJudge } from './judge-file.ts';
import { judgeFold } from './judge-fold.ts';
import { judgeRanges } from './judge-ranges.ts';
import { type Computed, computeNetwork, foldedParameters } from './network/expected.ts';
import { inputShape, specText } from './network/layers.ts';
import {
  makeParameters,
  makePictures,
  mapParameters,
  type Parameters,
} from './network/parameters.ts';
import { writeFloats } from './npy.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-judges-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const input = { shape: [2, ...inputShape], values: makePictures(2, 11) };
const inputPath = join(folder, 'input.npy');
writeFloats(inputPath, input);

const trained = makeParameters(7);

interface Known {
  readonly parameters: Parameters;
  readonly computed: Computed;
}

/** The numbers that a file of a type holds, and what is computed of them; made once a type. */
const known = new Map<string, Known>();
function knownOf(element: keyof typeof roundings): Known {
  const found = known.get(element);
  if (found) return found;
  const parameters = mapParameters(trained, roundings[element]);
  const made = { parameters, computed: computeNetwork(parameters, input.values) };
  known.set(element, made);
  return made;
}

async function loadSpec(file: string): Promise<Spec> {
  const path = join(folder, `${file}.rn`);
  writeFileSync(path, specText(file));
  const { specs, diagnostics } = await loadSpecFiles([path]);
  expect(diagnostics).toEqual([]);
  const [spec] = specs;
  if (!spec) throw new Error('there is no model');
  return spec;
}

/** Writes the file and gives its judge. */
async function judgeOf({ file, naming, element, encode }: Container): Promise<FileJudge> {
  const { parameters, computed } = knownOf(element);
  const tensors = tensorsOf(parameters, naming);
  writeFileSync(join(folder, file), encode(tensors, elementTypes[element]));
  return createFileJudge({
    spec: await loadSpec(file),
    directory: join(folder, `${file}.built`),
    question: { input, logits: computed.logits },
    calibrate: inputPath,
    calibrationAlgorithm: 'max',
  });
}

describe.each(containers)('$file', (container) => {
  const { file, element } = container;
  let judge: FileJudge;
  beforeAll(async () => {
    judge = await judgeOf(container);
  });
  afterAll(() => rmSync(join(folder, `${file}.built`), { recursive: true, force: true }));

  it.each(formNames)('%s', async (form) => {
    const { wrong, model } = await judge.judge(form);
    expect(wrong).toEqual([]);
    const { parameters, computed } = knownOf(element);
    const { precision } = formOf(form);
    if (precision === 'fp32') expect(judgeFold(model, foldedParameters(parameters))).toEqual([]);
    if (precision !== 'int8') return;
    const ranges = judgeRanges(model, computed.largest);
    expect(ranges.wrong).toEqual([]);
    expect(ranges.count).toBeGreaterThanOrEqual(8);
  });
});

it('the command writes the judged bytes', async () => {
  const container = containers.find(({ file }) => file === 'p4.pdparams');
  if (!container) throw new Error('there is no such container');
  const judge = await judgeOf(container);
  const cli = await bundledCli();
  const output = join(folder, 'command');
  const precisions = ['fp32', 'fp16', 'int8'] as const;
  const options = ['--calibrate', inputPath, '--calibration-algorithm', 'max', '-o', output];
  const spec = join(folder, `${container.file}.rn`);
  const flags = [...precisions.map((precision) => `--${precision}`), '--no-verify'];
  try {
    const argv = [cli, 'compile', spec, ...flags, '--target', 'onnx', ...options];
    await promisify(execFile)(process.execPath, argv);
  } finally {
    rmSync(dirname(cli), { recursive: true, force: true });
  }
  for (const precision of precisions) {
    const { modelPath, wrong } = await judge.judge(precision);
    expect(wrong).toEqual([]);
    const written = readFileSync(join(output, 'judged', precision, 'model.onnx'));
    expect(written.equals(readFileSync(modelPath)), precision).toBe(true);
  }
}, 60_000);
