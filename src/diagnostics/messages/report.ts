import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

export const reportMessages = {
  'result-file-invalid': row<{ path: string; what: string; place: string; reason: string }>({
    severity: 'error',
    message: ({ path, what, place, reason }) =>
      `'${path}' is not a ${what}: ${place ? `${place}: ` : ''}${reason}.`,
    hint: ({ what }) =>
      what === 'bench file'
        ? 'Bench files are what `rcc bench` writes to build/bench.json or where -o says; timing.json of an artifact is one too.'
        : undefined,
    cause: 'A file of figures has another form than this release of rcc reads, or was cut short.',
    cure: 'Write it again with this release: `rcc bench SPEC -o BENCH.json`.',
  }),
  'unknown-baseline': row<{ name: string; known: readonly string[]; nearest: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `There are no figures to compare with under the name '${name}'.`,
    hint: ({ known, nearest }) =>
      `${nearest ? `Did you mean '${nearest}'? ` : ''}Known: ${listText(known)}.`,
    cause: '--against names a set of published figures that rcc does not have.',
    cure: 'Take one of the names that the hint lists; `published:t4` and `published:v100` are the tables of the published page.',
  }),
  'nothing-to-compare': row<{
    baseline: string;
    candidate: string;
    reason: string;
    differing?: string;
  }>({
    severity: 'error',
    message: ({ baseline, candidate, reason }) =>
      `'${baseline}' and '${candidate}' have no cell in common: ${reason}.`,
    hint: ({ differing }) =>
      differing === 'target' || differing === 'precision'
        ? '`rcc report FILE FILE` sets targets and precisions of one device side by side.'
        : undefined,
    cause:
      'Two figures are compared only where model, device, target, precision and batch agree: a CPU time says nothing about a GPU.',
    cure: 'Measure the same models with the same precision and batch on the same device.',
  }),
  'report-too-large': row<{ count: number; what: string; most: number }>({
    severity: 'error',
    message: ({ count, what, most }) =>
      `A page cannot show ${count} ${what}: it has room for ${most}.`,
    hint: () => 'Give fewer bench files, or files of fewer models, batches and devices.',
    cause: 'Each figure stands in tables and charts; a browser does not draw so many.',
    cure: 'Make a page of each device or model. `rcc compare` takes files of any length.',
  }),
  'latency-regression': row<{ count: number; worst: string; threshold: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ count, worst, threshold }) =>
      `${count} ${count === 1 ? 'cell is' : 'cells are'} more than ${threshold} slower than before, outside the noise: ${worst} most.`,
    cause:
      '`rcc compare` found latencies that rose by more than the threshold and by more than the spread of both measurements.',
    cure: 'Measure again on an idle machine with fixed clocks. If it stays, look at what changed; `--threshold` sets what is tolerated.',
  }),
  'unknown-gpu': row<{ name: string; known: readonly string[]; nearest: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `There are no data-sheet figures for a GPU '${name}'.`,
    hint: ({ known, nearest }) =>
      `${nearest ? `Did you mean '${nearest}'? ` : ''}Known: ${listText(known)}.`,
    cause: 'An estimate needs the peak rate, memory bandwidth and size of the GPU.',
    cure: 'Take one of the GPUs that the hint lists; t4 and v100 are the two that the constants were fitted to.',
  }),
  'gpu-not-estimated': row<{ gpu: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ gpu, known }) =>
      `There are no figures of the ${gpu} to estimate from; rcc estimates for ${listText(known)}.`,
    hint: () =>
      '`rcc bench` measures on the GPU itself; `rcc compile --dry-run --trt RELEASE --gpu NAME` plans for it.',
    cause:
      'The GPU is known, but neither published latencies nor data-sheet figures of it are part of the estimate.',
    example: 'rcc estimate --gpu h100',
    cure: 'Take one of the GPUs that the message lists, or measure.',
  }),
  'precision-not-on-gpu': row<{ gpu: string; precision: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ gpu, precision }) => `The ${gpu} has no fast path for ${precision}.`,
    hint: ({ known }) => `Precisions of this GPU: ${listText(known)}.`,
    cause: 'The precision asked for is not among the rates of the GPU’s data sheet.',
    cure: 'Ask for another precision or another GPU.',
  }),
  'png-renderer-missing': row<{ reason: string }>({
    severity: 'warning',
    message: ({ reason }) => `Charts are written as SVG only, without PNG: ${reason}.`,
    hint: () => 'PNG needs the optional packages @resvg/resvg-js and @expo-google-fonts/inter.',
    cause:
      'The optional packages that draw PNG were left out when rcc was installed, or have no build for this system.',
    cure: 'Install without `--omit=optional`, or use the SVG files: they hold the same charts.',
  }),
} as const;
