import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { precisionRow } from '../../codegen/precisions.ts';
import { bytesOf, float32View } from '../../codegen/tensors/float-bytes.ts';
import type { LoadedEngine, Precision } from '../../engines/engine.ts';
import {
  type EvalProgress,
  type EvalSubject,
  type EvaluateOptions,
  evaluate,
} from '../../src/accuracy/evaluate.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Dataset } from '../../src/images/datasets/dataset.ts';
import { openDataset } from '../../src/images/datasets/open-dataset.ts';
import { type CompiledModel, loadCompiled } from '../helpers/loaded-engines.ts';
import { createPictureFolders } from '../helpers/picture-folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-eval-'));
const folders = createPictureFolders();
afterAll(() => {
  rmSync(folder, { recursive: true });
  folders.remove();
});

/** A data set of `count` gray pictures of one pixel each, with the value of its number and the label number % 4. */
function pixelSet(count: number, changes: Partial<Dataset> = {}): Dataset {
  const images = Array.from({ length: count }, (_, i) => ({ name: `p${i}`, label: i % 4 }));
  return {
    path: 'pixels',
    images,
    digest: `pixels ${count}`,
    diagnostics: [],
    decode: async (index) => ({
      width: 1,
      height: 1,
      channels: 1,
      data: Uint8Array.of(index),
      orientation: 1,
    }),
    readBytes: async (index) => Uint8Array.of(index),
    close: async () => {},
    ...changes,
  };
}

type Answer = (value: number) => readonly number[];

/** An engine of 4 classes that answers by the value of the pixel; `batch` fixes its batch. */
function engineOf(
  answer: Answer,
  { batch, onRun }: { batch?: number; onRun?: (count: number) => void } = {},
): LoadedEngine {
  const type = { dataType: 'float32', shape: [batch ?? 'N', 1, 1, 1] } as const;
  return {
    inputs: [{ name: 'x', type }],
    outputs: [{ name: 'y', type: { dataType: 'float32', shape: ['N', 4] } }],
    async run({ x }) {
      const values = float32View(x?.bytes ?? new Uint8Array());
      onRun?.(values.length);
      if (batch !== undefined && values.length !== batch) throw new Error('another batch');
      const logits = Float32Array.from([...values].flatMap((v) => answer(Math.round(v * 255))));
      return {
        y: { dataType: 'float32', shape: [values.length, 4], bytes: bytesOf(logits) },
      };
    },
    close: async () => {},
  };
}

/** Logits with 1 for one class and 0 for the others. */
const only = (index: number, height = 1) => [0, 1, 2, 3].map((i) => (i === index ? height : 0));
const right: Answer = (value) => only(value % 4);
/** Wrong for every tenth picture, by a hair or by far. */
const wrongEach =
  (step: number, height = 1): Answer =>
  (value) =>
    value % step === 0 ? only((value + 1) % 4, height) : only(value % 4, height);

const subject = (
  precision: Precision,
  engine: LoadedEngine,
  digest = `${precision} digest`,
): EvalSubject => ({ precision, engine, inputForm: 'float32', digest });

const options: EvaluateOptions = {
  model: 'pixel',
  classes: 4,
  preprocess: {
    mean: [0],
    std: [1],
    color: 'gray',
    interpolation: 'bilinear',
    antialias: false,
  },
  input: { channels: 1, height: 1, width: 1 },
};

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (!(error instanceof DiagnosticError)) throw error;
  return error.diagnostics[0];
}

const figure = (value: number, tolerance: number, text: string) => ({ value, tolerance, text });

describe('figures', () => {
  it('are shares of right answers, side by side', async () => {
    const evaluation = await evaluate(
      [
        subject('fp32', engineOf(wrongEach(50))),
        subject('fp16', engineOf(wrongEach(25)), 'b'),
        subject('int8', engineOf(right), 'c'),
      ],
      pixelSet(200),
      { ...options, maxDrops: { fp16: 1 } },
    );
    const [fp32, fp16, int8] = evaluation.precisions;
    expect(fp32).toMatchObject({ precision: 'fp32', top1: 0.98, top1Count: 196, top5: 1 });
    expect(fp16).toMatchObject({ precision: 'fp16', top1: 0.96 });
    expect(int8).toMatchObject({ precision: 'int8', top1: 1 });
    expect(fp32?.top1Interval.low).toBeCloseTo(0.9497, 3);
    expect(fp32?.top1Interval.high).toBeCloseTo(0.9922, 3);
    const [half, byte] = evaluation.comparisons;
    expect(half).toMatchObject({ flipCount: 4, brokenCount: 4, mendedCount: 0, agreement: 0.98 });
    expect(half?.top1Drop).toBeCloseTo(0.02, 12);
    expect(byte).toMatchObject({ flipCount: 4, brokenCount: 0, mendedCount: 4 });
    expect(byte?.top1Drop).toBeCloseTo(-0.02, 12);
    expect(evaluation).toMatchObject({ ok: true, images: 200, unreadable: 0, resumedFrom: 0 });
  });

  it('name the most frequent confusions', async () => {
    const answer: Answer = (value) => only(value % 4 === 2 ? 0 : value === 5 ? 3 : value % 4);
    const { precisions } = await evaluate(
      [subject('fp32', engineOf(answer))],
      pixelSet(40),
      options,
    );
    expect(precisions[0]?.confusions).toEqual([
      { label: 2, answer: 0, count: 10 },
      { label: 1, answer: 3, count: 1 },
    ]);
  });

  it('tell flips with small margins from others', async () => {
    // Two logits a hair apart for 8, far apart for 16; all others are clear.
    const exact: Answer = (value) => (value === 8 ? [1, 0.999, 0, 0] : only(value % 4));
    const rounded: Answer = (value) =>
      value === 8 ? [0.999, 1, 0, 0] : value === 16 ? only(1) : only(value % 4);
    const { comparisons } = await evaluate(
      [subject('fp32', engineOf(exact)), subject('int8', engineOf(rounded))],
      pixelSet(100),
      { ...options, maxDrops: { int8: 1 } },
    );
    expect(comparisons[0]).toMatchObject({ flipCount: 2, smallFlipCount: 1, brokenCount: 2 });
    expect(comparisons[0]?.flips).toMatchObject([
      { image: 'p16', label: 0, fp32Class: 0, answer: 1, small: false },
      { image: 'p8', label: 0, fp32Class: 0, answer: 1, small: true },
    ]);
    // Logits are 1 in four places of four: their deviation is √3/4.
    expect(comparisons[0]?.flips[0]?.margin).toBeCloseTo(1 / (Math.sqrt(3) / 4), 1);
  });

  it.each([
    'fp16',
    'int8',
  ] as const)('count a flip of %s as small up to twice the error of a logit', async (precision) => {
    // 100 pictures with logits 1, 0, 0, 0, but for one whose second logit is nearly as large.
    const { tieError } = precisionRow(precision).tolerance;
    const spread = Math.sqrt(3) / 4;
    const flipOf = async (margin: number) => {
      const second = 1 - margin * spread;
      const exact: Answer = (value) => (value === 8 ? [1, second, 0, 0] : only(value % 4));
      const rounded: Answer = (value) => (value === 8 ? [second, 1, 0, 0] : only(value % 4));
      const subjects = [subject('fp32', engineOf(exact)), subject(precision, engineOf(rounded))];
      const { comparisons } = await evaluate(subjects, pixelSet(100), options);
      return comparisons[0];
    };
    expect(await flipOf(1.9 * tieError)).toMatchObject({ flipCount: 1, smallFlipCount: 1 });
    expect(await flipOf(2.1 * tieError)).toMatchObject({ flipCount: 1, smallFlipCount: 0 });
  });

  it('are of evenly spread pictures under a limit', async () => {
    const seen: number[] = [];
    const dataset = pixelSet(100);
    const evaluation = await evaluate(
      [subject('fp32', engineOf(right))],
      {
        ...dataset,
        decode: (index) => {
          seen.push(index);
          return dataset.decode(index);
        },
      },
      { ...options, limit: 10 },
    );
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(evaluation).toMatchObject({ images: 10, dataset: { images: 100 } });
  });

  it('are the same whatever the batch', async () => {
    const counts: number[] = [];
    const onRun = (count: number) => counts.push(count);
    const subjects = [
      subject('fp32', engineOf(wrongEach(7), { batch: 16, onRun })),
      subject('int8', engineOf(wrongEach(5), { batch: 3, onRun })),
      subject('fp16', engineOf(wrongEach(7), { onRun })),
    ];
    const fixed = await evaluate(subjects, pixelSet(50), options);
    expect(new Set(counts)).toEqual(new Set([16, 3, 2]));
    const free = await evaluate(
      [
        subject('fp32', engineOf(wrongEach(7))),
        subject('int8', engineOf(wrongEach(5))),
        subject('fp16', engineOf(wrongEach(7))),
      ],
      pixelSet(50),
      { ...options, batch: 1 },
    );
    expect(fixed.precisions).toEqual(free.precisions);
    expect(fixed.comparisons).toEqual(free.comparisons);
  });
});

describe('what is not acceptable', () => {
  const codesOf = async (
    subjects: readonly EvalSubject[],
    changes: Partial<EvaluateOptions>,
    count = 1000,
  ) => {
    const { ok, diagnostics } = await evaluate(subjects, pixelSet(count), {
      ...options,
      ...changes,
    });
    expect(ok).toBe(diagnostics.every(({ severity }) => severity !== 'error'));
    return diagnostics.map(({ code }) => code);
  };
  // Values repeat after 256, so a thousand pictures are wrong as often as 250 are.
  const oneWrong: Answer = (value) => only(value === 100 ? 1 : value % 4);
  const fp32 = subject('fp32', engineOf(right));
  const byte = (answer: Answer) => subject('int8', engineOf(answer));
  const half = (answer: Answer) => subject('fp16', engineOf(answer));

  it('is a drop over 1 point to int8', async () => {
    expect(await codesOf([fp32, byte(oneWrong)], {})).toEqual([]);
    expect(await codesOf([fp32, byte(wrongEach(50))], {})).toEqual(['accuracy-dropped']);
    expect(await codesOf([fp32, byte(wrongEach(50))], { maxDrops: { int8: 0.03 } })).toEqual([]);
  });
  it('is a drop over 0.2 points to fp16', async () => {
    expect(await codesOf([fp32, half(oneWrong)], {})).toEqual(['accuracy-dropped']);
    expect(await codesOf([fp32, half(oneWrong)], {}, 250)).toEqual(['accuracy-dropped']);
    expect(await codesOf([fp32, half(right)], {})).toEqual([]);
    expect(await codesOf([fp32, half(oneWrong)], { maxDrops: { fp16: 0.01 } })).toEqual([]);
  });
  it('is top-1 below the expected figure, to the digits given', async () => {
    const wrong = subject('fp32', engineOf(oneWrong));
    const expectTop1 = (value: number, tolerance: number) => ({
      expect: { top1: figure(value, tolerance, `${value * 100}%`) },
    });
    // 996 of 1000 are right.
    expect(await codesOf([wrong], expectTop1(0.996, 0.0005))).toEqual([]);
    expect(await codesOf([wrong], expectTop1(0.9964, 0.0005))).toEqual([]);
    expect(await codesOf([wrong], expectTop1(0.997, 0.0005))).toEqual(['accuracy-below-expected']);
    expect(await codesOf([wrong], expectTop1(0.99, 0.0005))).toEqual([]);
  });
  it('is int8 alone more than a point below the expected figure', async () => {
    const top1 = figure(1, 0.0005, '100.0%');
    expect(await codesOf([byte(oneWrong)], { expect: { top1 } })).toEqual([]);
    expect(await codesOf([byte(wrongEach(50))], { expect: { top1 } })).toEqual([
      'accuracy-below-expected',
    ]);
  });
  it('is top-5 below the expected figure', async () => {
    const top5 = figure(1.01, 0, '101%');
    expect(await codesOf([fp32], { expect: { top5 } })).toEqual(['accuracy-below-expected']);
  });
  it('are logits that are no numbers', async () => {
    const broken: Answer = (value) => (value === 3 ? [Number.NaN, 0, 0, 1] : only(value % 4));
    expect(await codesOf([subject('fp32', engineOf(broken))], {}, 8)).toEqual([
      'outputs-not-finite',
    ]);
  });
});

describe('a precision that answers NaN', () => {
  const broken: Answer = (value) => (value % 2 === 0 ? [Number.NaN, 0, 0, 1] : only(value % 4));
  const allNaN: Answer = () => [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const top1 = { expect: { top1: figure(1, 0, '100%') } };

  it('has no accuracy and agrees with nothing; the others have theirs', async () => {
    const subjects = [
      subject('fp32', engineOf(right)),
      subject('fp16', engineOf(broken)),
      subject('int8', engineOf(right)),
    ];
    const evaluation = await evaluate(subjects, pixelSet(20), { ...options, ...top1 });
    expect(evaluation.precisions.map(({ precision }) => precision)).toEqual(['fp32', 'int8']);
    expect(evaluation.comparisons.map(({ precision }) => precision)).toEqual(['int8']);
    expect(evaluation.notFinite).toEqual([{ precision: 'fp16', pictures: 10 }]);
    expect(evaluation.diagnostics).toMatchObject([
      {
        code: 'outputs-not-finite',
        message: 'pixel fp16 answers NaN or infinity: for 10 of 20 pictures.',
      },
    ]);
  });

  it('is no measure for others where it is fp32, and equal to none that is as broken', async () => {
    const subjects = [subject('fp32', engineOf(allNaN)), subject('fp16', engineOf(allNaN))];
    const evaluation = await evaluate(subjects, pixelSet(20), { ...options, ...top1 });
    expect(evaluation).toMatchObject({ ok: false, precisions: [], comparisons: [] });
    const codes = evaluation.diagnostics.map(({ code }) => code);
    expect(codes).toEqual(['outputs-not-finite', 'outputs-not-finite']);
  });
});

describe('pictures that cannot be used', () => {
  it('are counted and named, and the rest goes on', async () => {
    const path = folders.make(['0/a.png', '1/b.png', '3/d.png'], { '2/broken.png': 'no picture' });
    const dataset = await openDataset(path, { classes: 4, labelled: true });
    const engine = engineOf(() => only(1));
    const input = { channels: 1, height: 1, width: 1 };
    const evaluation = await evaluate([subject('fp32', engine)], dataset, {
      ...options,
      input,
      preprocess: { ...options.preprocess, resize: 1, crop: 1 },
    });
    expect(evaluation).toMatchObject({ images: 3, unreadable: 1, ok: true });
    // One of three is right, whatever the fourth is.
    expect(evaluation.precisions[0]).toMatchObject({ top1Count: 1, top1: 1 / 3, top5: 1 });
    expect(evaluation.precisions[0]?.top1Interval.low).toBeCloseTo(0.0615, 3);
    expect(evaluation.precisions[0]?.top1Interval.high).toBeCloseTo(0.7923, 3);
    const [warning] = evaluation.diagnostics;
    expect(warning).toMatchObject({ code: 'eval-unreadable', severity: 'warning' });
    expect(warning?.details?.[0]).toContain('2/broken.png');
  });
  it('are an error where there is no other', async () => {
    const path = folders.make(['0/a.png', '1/b.png', '2/c.png', '3/d.png']);
    const dataset = await openDataset(path, { classes: 4, labelled: true });
    const failure = await failureOf(evaluate([subject('fp32', engineOf(right))], dataset, options));
    expect(failure?.code).toBe('eval-nothing-read');
    expect(failure?.details?.[0]).toContain('is 23x31 after the preprocessing');
  });
  it('carry a note where EXIF would turn them', async () => {
    const dataset = pixelSet(8);
    const turned: Dataset = {
      ...dataset,
      decode: async (index) => ({ ...(await dataset.decode(index)), orientation: 6 }),
    };
    const { diagnostics } = await evaluate([subject('fp32', engineOf(right))], turned, options);
    expect(diagnostics.map(({ code }) => code)).toEqual(['eval-turned']);
  });
});

describe('engines that do not fit', () => {
  it('have another number of classes', async () => {
    const engine = engineOf(right);
    const wider: LoadedEngine = {
      ...engine,
      async run(inputs) {
        const { y } = await engine.run(inputs);
        const bytes = new Uint8Array([...(y?.bytes ?? []), ...(y?.bytes ?? [])]);
        return { y: { dataType: 'float32', shape: [8, 8], bytes } };
      },
    };
    const failure = await failureOf(evaluate([subject('fp32', wider)], pixelSet(8), options));
    expect(failure).toMatchObject({ code: 'eval-classes' });
    expect(failure?.message).toContain('8 numbers');
  });
  it('read no pictures', async () => {
    const engine = engineOf(right);
    const other = {
      ...engine,
      inputs: [{ name: 'x', type: { dataType: 'float32', shape: ['N', 3, 5, 5] } as const }],
    };
    const failure = await failureOf(evaluate([subject('fp32', other)], pixelSet(8), options));
    expect(failure?.code).toBe('image-input-form');
  });
});

describe('an evaluation that is interrupted', () => {
  const statePath = join(folder, 'state.json');
  const subjects = () => [
    subject('fp32', engineOf(wrongEach(7))),
    subject('int8', engineOf(wrongEach(5, 0.9))),
  ];
  const resumable = { ...options, maxDrops: { int8: 1 }, statePath };

  async function interrupt(afterPictures: number): Promise<void> {
    const controller = new AbortController();
    const run = evaluate(subjects(), pixelSet(100), {
      ...resumable,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= afterPictures) controller.abort(new Error('stopped'));
      },
    });
    await expect(run).rejects.toThrow('stopped');
  }

  it('goes on where it stopped, with the same figures', async () => {
    const whole = await evaluate(subjects(), pixelSet(100), resumable);
    expect(existsSync(statePath)).toBe(false);
    await interrupt(40);
    await interrupt(64);
    const counts: number[] = [];
    const resumed = await evaluate(
      [
        subject('fp32', engineOf(wrongEach(7), { onRun: (count) => counts.push(count) })),
        subject('int8', engineOf(wrongEach(5, 0.9))),
      ],
      pixelSet(100),
      resumable,
    );
    expect(resumed).toEqual({ ...whole, resumedFrom: 64 });
    expect(counts.reduce((sum, count) => sum + count)).toBe(36);
    expect(existsSync(statePath)).toBe(false);
  });

  it('saves what is done when an engine fails', async () => {
    let runs = 0;
    const failing = engineOf(right, {
      onRun: () => {
        if (++runs === 4) throw new Error('out of order');
      },
    });
    const run = evaluate([subject('fp32', failing)], pixelSet(100), resumable);
    await expect(run).rejects.toThrow('out of order');
    expect(JSON.parse(readFileSync(statePath, 'utf8')).records.done).toBe(24);
    rmSync(statePath);
  });

  it.each([
    ['the data set', () => evaluate(subjects(), pixelSet(101), resumable)],
    [
      'the int8 engine',
      () =>
        evaluate(
          [subjects()[0] as EvalSubject, subject('int8', engineOf(right), 'other')],
          pixelSet(100),
          resumable,
        ),
    ],
    ['the int8 engine', () => evaluate(subjects().slice(0, 1), pixelSet(100), resumable)],
    [
      'the number of pictures',
      () => evaluate(subjects(), pixelSet(100), { ...resumable, limit: 50 }),
    ],
    [
      'the preprocessing',
      () =>
        evaluate(subjects(), pixelSet(100), {
          ...resumable,
          preprocess: { ...options.preprocess, mean: [0.5] },
        }),
    ],
  ])('does not go on where %s differs', async (what, run) => {
    await interrupt(40);
    const before = readFileSync(statePath, 'utf8');
    const failure = await failureOf(run());
    expect(failure?.code).toBe('eval-state-differs');
    expect(failure?.message).toContain(`${what} differs`);
    expect(readFileSync(statePath, 'utf8')).toBe(before);
    rmSync(statePath);
  });

  it.each([
    ['not json', 'no JSON'],
    ['{"kind": "something"}', 'kind'],
  ])('does not go on from %j', async (text, reason) => {
    writeFileSync(statePath, text);
    const failure = await failureOf(evaluate(subjects(), pixelSet(100), resumable));
    expect(failure?.code).toBe('eval-state-unreadable');
    expect(failure?.message).toContain(reason);
    expect(readFileSync(statePath, 'utf8')).toBe(text);
    rmSync(statePath);
  });

  it('does not go on from a state that lacks pictures', async () => {
    await interrupt(40);
    const state = JSON.parse(readFileSync(statePath, 'utf8'));
    state.records.done = 41;
    writeFileSync(statePath, JSON.stringify(state));
    const failure = await failureOf(evaluate(subjects(), pixelSet(100), resumable));
    expect(failure?.code).toBe('eval-state-unreadable');
    rmSync(statePath);
  });
});

describe('progress', () => {
  it('tells the time that is left once it can', async () => {
    const reports: EvalProgress[] = [];
    await evaluate([subject('fp32', engineOf(right))], pixelSet(40), {
      ...options,
      onProgress: (progress) => reports.push(progress),
    });
    expect(reports.map(({ done }) => done)).toEqual([0, 8, 16, 24, 32, 40]);
    expect(reports.every(({ total }) => total === 40)).toBe(true);
    expect(reports[0]?.leftMs).toBeUndefined();
    expect(reports[1]?.leftMs).toBeGreaterThan(0);
    expect(reports.at(-1)?.leftMs).toBe(0);
  });
  it('decodes the next pictures while an engine runs', async () => {
    const dataset = pixelSet(40);
    let decoded = 0;
    const seen: number[] = [];
    const counting: Dataset = {
      ...dataset,
      decode: async (index) => {
        decoded++;
        return dataset.decode(index);
      },
    };
    const onRun = () => seen.push(decoded);
    await evaluate([subject('fp32', engineOf(right, { onRun }))], counting, options);
    // Each run starts with the following group already decoded, and never with more than two groups ahead.
    expect(seen[0]).toBeGreaterThanOrEqual(16);
    expect(seen.every((count, run) => count <= (run + 3) * 8)).toBe(true);
  });
});

describe('the digits example', () => {
  let fp32: CompiledModel;
  let fp16: CompiledModel;
  const digits = join(import.meta.dirname, '../../examples/digits');
  beforeAll(async () => {
    fp32 = await loadCompiled(join(digits, 'digits.rn'));
    fp16 = await loadCompiled(join(digits, 'digits.rn'), 'fp16');
  });
  afterAll(async () => {
    await fp32.close();
    await fp16.close();
  });
  it('is as accurate as in the training framework', async () => {
    const { spec } = fp32;
    const { classes } = spec;
    const dataset = await openDataset(join(digits, 'test.zip'), { classes, labelled: true });
    const evaluation = await evaluate(
      [subject('fp32', fp32.engine), subject('fp16', fp16.engine)],
      dataset,
      { model: spec.name, ...spec },
    );
    await dataset.close();
    expect(evaluation.diagnostics).toEqual([]);
    // train.py prints top1 399/400 from the same files.
    expect(evaluation.precisions[0]).toMatchObject({ top1Count: 399, top5Count: 400 });
    expect(evaluation.comparisons[0]?.agreement).toBeGreaterThanOrEqual(0.995);
  });
});
