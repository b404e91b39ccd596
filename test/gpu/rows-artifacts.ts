/* Artifacts: every precision planned, built, verified, timed and audited; refit and stripping; full-size networks. */
import {
  precisionRow,
  type WrittenPrecision,
  writtenPrecisions,
} from '../../codegen/precisions.ts';
import { doesNotPrint, exits, leaves, leavesNo, measures, prints, tells } from './expectations.ts';
import type { Condition, Expectation, Row } from './row.ts';

export const digits = 'examples/digits/digits.rn';
const calibrate = ['--calibrate', 'examples/digits/calibration.zip'];
export const onTensorrt = ['--target', 'tensorrt'];

export const clean = leavesNo(/\.lock$|partial|^timing\.cache|^\.rcc/, 'no lock, no half file');
export const verified = prints(
  /verify .*the engine passed/,
  'the engine computes what the unfolded graph does',
);

/** What a precision's rows are told and need beside its name: `Record` leaves none of the table out. */
const cases: Readonly<Record<WrittenPrecision, { readonly when?: Condition }>> = {
  fp32: {},
  fp16: {},
  int8: { when: { capabilityFrom: '7.5' } },
  fp8: { when: { from: '10.3', capabilityFrom: '8.9' } },
};

const fused = prints(/residual blocks +6 of 6 fused/, '6 of 6 residual blocks fused');
const promised = prints(/fusion audit: pass/, 'every layer in the precision that was promised');

/** What all rows of a precision share. */
interface PrecisionCase {
  readonly precision: WrittenPrecision;
  /** That ask for the precision. */
  readonly options: readonly string[];
  readonly folder: string;
  readonly common: Condition & Pick<Row, 'group' | 'program'>;
}

function caseOf(precision: WrittenPrecision): PrecisionCase {
  const { isCalibrated } = precisionRow(precision);
  return {
    precision,
    options: [`--${precision}`, ...(isCalibrated ? calibrate : [])],
    folder: `{work}/${precision}-build`,
    common: { group: precision, program: 'rcc', ...cases[precision].when },
  };
}

function planRow({ precision, options, folder, common }: PrecisionCase): Row {
  return {
    ...common,
    name: `${precision}-plan`,
    what: 'plan for this release and GPU',
    args: ['compile', digits, ...options, ...onTensorrt, '--dry-run', '-o', folder],
    expects: [exits(0), prints(/^trtexec|trtexec.* --onnx=/m, 'the command of a build')],
    standIn: ['option-table.ts', 'export const options'],
  };
}

const built = ['model.b1.plan', 'model.b4.plan', 'layers.b1.json', 'manifest.json', 'timing.json'];

function wholeBuildRow({ precision, options, folder, common }: PrecisionCase): Row {
  return {
    ...common,
    name: `${precision}-build`,
    what: 'build for batches 1 and 4, audit, verify, time',
    args: ['compile', digits, ...options, ...onTensorrt, '--batches', '1,4', '-o', folder],
    expects: [
      exits(0),
      verified,
      leaves(...built),
      clean,
      doesNotPrint(/Could not read .*cache/, 'no warning of a first build’s missing cache'),
    ],
    standIn: ['build-step.ts', 'export async function buildEngine'],
  };
}

function auditRow({ precision, folder, common }: PrecisionCase): Row {
  return {
    ...common,
    name: `${precision}-audit`,
    what: 'audit the layers of the built engine',
    args: ['audit', folder],
    needs: `${precision}-build/manifest.json`,
    expects: [exits(0), promised, fused],
    standIn: ['fuse-layers.ts', 'export function fuseLayers'],
  };
}

function referenceRow({ precision, options, common }: PrecisionCase): Row {
  return {
    ...common,
    name: `${precision}-reference`,
    what: 'verify against the training framework’s own logits',
    args: ['verify', digits, ...options, ...onTensorrt, '--batches', '1,4'],
    expects: [exits(0), prints(/passed against the reference/, 'it passes')],
    standIn: ['io-format.ts', 'export function readInput'],
  };
}

function benchRow({ precision, options, common }: PrecisionCase): Row {
  const file = `${precision}.json`;
  const args = ['bench', digits, ...options, ...onTensorrt, '--batches', '1,4,8'];
  return {
    ...common,
    name: `${precision}-bench`,
    what: 'time batches 1, 4 and 8',
    args: [...args, '-o', `{work}/${file}`],
    expects: [exits(0), measures(file, 3)],
    standIn: ['figures.ts', 'export function exportTimes'],
  };
}

function checkEngineRow({ precision, folder, common }: PrecisionCase): Row {
  return {
    ...common,
    name: `${precision}-check-engine`,
    what: 'compare the artifact with this machine',
    args: ['check-engine', folder],
    needs: `${precision}-build/manifest.json`,
    expects: [exits(0)],
    standIn: ['run-step.ts', 'async function loadEngine'],
  };
}

const kinds = [planRow, wholeBuildRow, auditRow, referenceRow, benchRow, checkEngineRow];

function rowsOf(precision: WrittenPrecision): Row[] {
  return kinds.map((rowOf) => rowOf(caseOf(precision)));
}

/** A build of the digits for one batch; its outputs are looked at, its times are not. */
export function buildRow(
  name: string,
  options: readonly string[],
  expects: readonly Expectation[],
  rest: Condition & Pick<Row, 'group' | 'what' | 'standIn'>,
): Row {
  const args = ['compile', digits, ...options, ...onTensorrt, '--batches', '1', '--no-time'];
  return { name, program: 'rcc', args: [...args, '-o', '{here}'], expects, ...rest };
}

const weightless = { group: 'weights', standIn: ['run-step.ts', 'function refits'] } as const;

export const artifactRows: readonly Row[] = [
  ...writtenPrecisions.flatMap(rowsOf),
  {
    ...buildRow(
      'int8-on-volta',
      ['--int8', ...calibrate],
      [exits(3), tells('tensorrt-int8-without-tensor-cores')],
      {
        group: 'int8',
        what: 'INT8 where no tensor core computes it is refused',
        capabilityTo: '7.2',
        standIn: ['pretended-gpu.ts', 'v100'],
      },
    ),
  },
  buildRow('fp8-refused', ['--fp8', ...calibrate], [exits(3), tells('tensorrt-gpu-precision')], {
    group: 'fp8',
    what: 'FP8 where no tensor core computes it is refused',
    from: '10.3',
    capabilityTo: '8.6',
    standIn: ['pretended-gpu.ts', 't4'],
  }),
  buildRow(
    'int8-rest-fp32',
    ['--int8', ...calibrate, '--int8-rest', 'fp32'],
    [exits(0), verified],
    {
      group: 'int8',
      what: 'INT8 with float32 between its quantisers',
      capabilityFrom: '7.5',
      standIn: ['layer-info.ts', 'function placeLayers'],
    },
  ),
  buildRow('tf32', ['--fp32', '--tf32', '--no-verify'], [exits(0)], {
    group: 'fp32',
    what: 'FP32 that may be TF32',
    capabilityFrom: '8.0',
    standIn: ['layer-info.ts', 'computes FP32 as TF32'],
  }),
  buildRow('refit', ['--fp16', '--refit'], [exits(0), verified], {
    ...weightless,
    what: 'an engine whose weights can be replaced',
  }),
  buildRow(
    'strip-refused',
    ['--fp16', '--strip-weights'],
    [exits(2, 3), tells('tensorrt-option-lacking')],
    {
      ...weightless,
      what: 'an engine without weights, which the release does not build',
      to: '9.3',
    },
  ),
  buildRow(
    'strip',
    ['--fp16', '--strip-weights'],
    [exits(0), tells('tensorrt-stripped-not-runnable'), leaves('model.plan')],
    {
      ...weightless,
      what: 'an engine without weights, which trtexec cannot run',
      from: '10.0',
      to: '10.13',
    },
  ),
  buildRow('strip-and-refit', ['--fp16', '--strip-weights'], [exits(0), verified], {
    ...weightless,
    what: 'an engine without weights gets them back before it runs',
    from: '10.14',
  }),
  buildRow('range', ['--fp16', '--profile', '1:4:8'], [exits(0), verified, leaves('model.plan')], {
    group: 'build',
    what: 'one engine for a range of batches',
    standIn: ['build-step.ts', 'function checkShapes'],
  }),
  buildRow('version-compatible', ['--fp16', '--version-compatible'], [exits(0), verified], {
    group: 'build',
    what: 'an engine that later releases load',
    from: '8.6',
    standIn: ['run-step.ts', 'const compatible'],
  }),
  {
    name: 'layer-times',
    group: 'build',
    what: 'time every layer in a run of its own',
    program: 'rcc',
    args: [
      'compile',
      digits,
      '--fp16',
      ...onTensorrt,
      '--batches',
      '1',
      '--profile-layers',
      '-o',
      '{here}',
    ],
    expects: [exits(0), leaves('layer-times.json', 'trtexec-profile.log'), clean],
    standIn: ['run-step.ts', 'The e2e network timing is not reported'],
  },
];

/** Last, because they take longest; made-up weights do for layers and times. */
export const networkRows: readonly Row[] = writtenPrecisions.map((precision) => ({
  name: `resnet50_vd-${precision}`,
  group: 'networks',
  what: `ResNet50_vd in ${precision.toUpperCase()}, batches 1 and 8: built, audited, verified, timed`,
  program: 'rcc',
  args: [
    'compile',
    'specs/resnet50_vd.rn',
    `--${precision}`,
    ...onTensorrt,
    '--batches',
    '1,8',
    '-o',
    '{here}',
  ],
  expects: [
    exits(0),
    verified,
    prints(/16 of 16 residual blocks fused/, '16 of 16 residual blocks fused'),
    clean,
  ],
  standIn: ['fuse-layers.ts', 'export function fuseLayers'],
  limitS: 900,
  ...cases[precision].when,
}));
