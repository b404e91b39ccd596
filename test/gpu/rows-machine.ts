/* What is found, what trtexec takes and refuses, formats and caches, and failures that harm nothing. */
import {
  doesNotPrint,
  exits,
  isExplainedAs,
  leaves,
  leavesNo,
  prints,
  tells,
} from './expectations.ts';
import type { Row } from './row.ts';
import { buildRow, clean, onTensorrt, verified } from './rows-artifacts.ts';

const doctor = ['doctor', ...onTensorrt];
const onnx = '--onnx={work}/fp32-build/model.onnx';
const needs = 'fp32-build/model.onnx';
const oneBatch = '--shapes=input:1x1x32x32';

export const machineRows: readonly Row[] = [
  {
    name: 'doctor',
    group: 'machine',
    what: 'release, GPU, driver and libraries are found',
    program: 'rcc',
    args: doctor,
    expects: [
      exits(0),
      prints(/good +TensorRT +\d/, 'the release from trtexec’s banner'),
      prints(/good +libraries/, 'the libraries that a build opens'),
      prints(/good +driver/, 'nvidia-smi with driver and CUDA'),
    ],
    standIn: ['console.ts', 'export function banner'],
  },
  {
    name: 'help',
    group: 'machine',
    what: 'trtexec --help',
    program: 'trtexec',
    args: ['--help'],
    expects: [
      exits(0),
      prints(/&&&& RUNNING TensorRT\.trtexec \[TensorRT v\d{4,6}\]/, 'the banner'),
      doesNotPrint(/&&&& PASSED/, 'no PASSED line'),
    ],
    standIn: ['trtexec.ts', 'function greet'],
  },
  {
    name: 'device-block',
    group: 'machine',
    what: 'trtexec tells its GPU before it looks for the file',
    program: 'trtexec',
    args: ['--onnx={work}/no-such-file.onnx'],
    expects: [
      exits(1),
      prints(/Compute Capability: \d+\.\d/, 'the compute capability'),
      prints(/\[I\] TensorRT version: \d+\.\d+/, 'its version'),
      isExplainedAs('tensorrt-file-unseen'),
    ],
    standIn: ['trtexec.ts', 'function printDevice'],
  },
];

const formatGroup = 'formats';
const bound = ['io-format.ts', 'const bound'] as const;
const binding = ['io-format.ts', 'function readBinding'] as const;
const dumped = ['io-format.ts', 'export function printOutput'] as const;
const weak = ['--fp16', '--typing', 'weak'];

export const formatRows: readonly Row[] = [
  buildRow('input-hwc', ['--fp16', '--input-format', 'hwc'], [exits(0), verified], {
    group: formatGroup,
    what: 'input rows, columns, channels',
    standIn: binding,
  }),
  buildRow('input-half', [...weak, '--input-format', 'fp16:chw'], [exits(0), verified], {
    group: formatGroup,
    what: 'input in half precision',
    to: '10.16',
    standIn: binding,
  }),
  buildRow('input-padded', [...weak, '--input-format', 'fp16:hwc8'], [exits(0), verified], {
    group: formatGroup,
    what: 'input in half precision, channels padded to eight',
    to: '10.16',
    standIn: binding,
  }),
  buildRow('input-vector', [...weak, '--input-format', 'fp16:chw4'], [exits(0), verified], {
    group: formatGroup,
    what: 'input in half precision, channels in groups of four',
    to: '10.16',
    standIn: bound,
  }),
  buildRow('output-half', [...weak, '--output-format', 'fp16:chw'], [exits(0), verified], {
    group: formatGroup,
    what: 'output in half precision',
    to: '10.16',
    standIn: dumped,
  }),
  buildRow(
    'input-unfit',
    ['--fp32', '--input-format', 'hwc8'],
    [exits(2, 3), tells('tensorrt-io-layout')],
    {
      group: formatGroup,
      what: 'float32 in a layout of halves is refused before the build',
      standIn: bound,
    },
  ),
  {
    name: 'input-unfit-in-trtexec',
    group: formatGroup,
    what: 'the same, asked of trtexec itself',
    program: 'trtexec',
    args: [onnx, oneBatch, '--inputIOFormats=fp32:hwc8', '--skipInference'],
    needs,
    from: '8.6',
    to: '10.16',
    expects: [exits(1)],
    standIn: ['build-step.ts', 'function refuseFormat'],
  },
  {
    name: 'input-too-short',
    group: formatGroup,
    what: 'an input file of three bytes is refused',
    program: 'trtexec',
    args: [
      '--loadEngine={work}/fp32-build/model.b1.plan',
      oneBatch,
      '--loadInputs=input:{work}/short.bin',
    ],
    needs: 'fp32-build/model.b1.plan',
    files: [{ path: 'short.bin', text: 'abc' }],
    expects: [
      exits(1, 134),
      prints(/Unexpected file size for input file|Not enough data/, 'the size that it wants'),
    ],
    standIn: binding,
  },
];

const cacheGroup = 'timing cache';
const cacheWrite = ['build-step.ts', 'function useTimingCache'] as const;
const cacheArgs = [onnx, oneBatch, '--timingCacheFile={here}/timing.cache'];

export const cacheRows: readonly Row[] = [
  buildRow('cache-first', ['--fp16', '--timing-cache', '{work}/own.cache'], [exits(0), clean], {
    group: cacheGroup,
    what: 'a cache of one’s own is made',
    standIn: cacheWrite,
  }),
  {
    ...buildRow(
      'cache-again',
      ['--fp16', '--timing-cache', '{work}/own.cache'],
      [exits(0), clean],
      {
        group: cacheGroup,
        what: 'and used by the next build',
        standIn: cacheWrite,
      },
    ),
    needs: 'own.cache',
  },
  {
    name: 'cache-words',
    group: cacheGroup,
    what: 'how trtexec says that there is no cache, up to 10.13.2',
    program: 'trtexec',
    args: cacheArgs,
    needs,
    from: '8.6',
    to: '10.13.2',
    expects: [
      exits(0),
      prints(/Could not read timing cache from/, 'timing cache'),
      leaves('timing.cache', 'timing.cache.lock'),
    ],
    standIn: cacheWrite,
  },
  {
    name: 'cache-words-later',
    group: cacheGroup,
    what: 'how trtexec says that there is no cache, from 10.13.3 on',
    program: 'trtexec',
    args: cacheArgs,
    needs,
    from: '10.13.3',
    expects: [
      exits(0),
      prints(/Could not read cache from/, 'cache'),
      leaves('timing.cache', 'timing.cache.lock'),
    ],
    standIn: cacheWrite,
  },
];

const failureGroup = 'failures';
const nothing = leavesNo(/./, 'it leaves nothing');
/** The stand-in builds at once otherwise. */
const slow = { STAND_IN_DELAY_MS: '30000' };
const big = [
  'compile',
  'specs/resnet50_vd.rn',
  '--fp16',
  ...onTensorrt,
  '--batches',
  '1',
  '-o',
  '{here}',
];
const killer = `#!/bin/sh
case "$*" in
*--saveEngine*) "{trtexec}" "$@" & sleep 3; kill -KILL $!; wait $! ;;
*) exec "{trtexec}" "$@" ;;
esac
`;

export const failureRows: readonly Row[] = [
  {
    name: 'wrong-option',
    group: failureGroup,
    what: 'an option that no release has',
    program: 'trtexec',
    args: [onnx, '--noSuchOption=1'],
    needs,
    expects: [exits(1), isExplainedAs('tensorrt-option-rejected')],
    standIn: ['trtexec.ts', 'function refuseOptions'],
  },
  {
    name: 'wrong-shapes',
    group: failureGroup,
    what: 'shapes for an input that is not there',
    program: 'trtexec',
    args: [onnx, '--shapes=noSuchInput:1x1x32x32'],
    needs,
    expects: [exits(1), isExplainedAs('tensorrt-shapes-rejected')],
    standIn: ['build-step.ts', 'function checkInputName'],
  },
  {
    name: 'no-onnx',
    group: failureGroup,
    what: 'a file that is no ONNX',
    program: 'trtexec',
    args: ['--onnx={work}/text.onnx'],
    files: [{ path: 'text.onnx', text: 'This is no ONNX.\n' }],
    expects: [exits(1), isExplainedAs('tensorrt-onnx-rejected')],
    standIn: ['build-step.ts', 'Failed to parse ONNX model'],
  },
  {
    name: 'damaged-engine',
    group: failureGroup,
    what: 'the first kilobyte of an engine',
    program: 'trtexec',
    args: ['--loadEngine={work}/cut.plan'],
    needs: 'fp32-build/model.b1.plan',
    files: [{ path: 'cut.plan', cutFrom: 'fp32-build/model.b1.plan' }],
    expects: [exits(1, 134), isExplainedAs('tensorrt-engine-unreadable')],
    standIn: ['run-step.ts', 'magicTagRead'],
  },
  {
    name: 'timed-out',
    group: failureGroup,
    what: 'a build that takes longer than --timeout',
    program: 'rcc',
    args: [...big, '--timeout', '3'],
    env: slow,
    expects: [exits(4), tells('trtexec-timed-out'), nothing],
    standIn: ['build-step.ts', 'settings.delayMs'],
  },
  {
    name: 'interrupted',
    group: failureGroup,
    what: 'a build that is stopped by Ctrl-C',
    program: 'rcc',
    args: big,
    env: slow,
    interruptAfterMs: 12_000,
    expects: [exits(130), nothing],
    standIn: ['build-step.ts', 'settings.delayMs'],
  },
  {
    name: 'killed',
    group: failureGroup,
    what: 'trtexec is killed while it builds',
    program: 'rcc',
    args: big,
    isPlain: true,
    files: [{ path: 'killer', text: killer, isProgram: true }],
    env: { ...slow, TRTEXEC: '{work}/killer' },
    expects: [exits(4), tells('trtexec-killed'), nothing],
    standIn: ['build-step.ts', 'settings.delayMs'],
  },
  {
    name: 'missing-library',
    group: failureGroup,
    what: 'a library path in front whose libnvinfer is empty',
    program: 'rcc',
    args: doctor,
    isPlain: true,
    from: '8.6',
    files: [{ path: 'empty/libnvinfer.so.{major}', text: '' }],
    env: { LD_LIBRARY_PATH: '{work}/empty' },
    expects: [exits(3), prints(/missing +libraries/, 'doctor names the libraries')],
    standIn: ['trtexec.ts', 'function openLibraries'],
  },
  {
    name: 'no-visible-gpu',
    group: failureGroup,
    what: 'a machine whose GPUs are hidden',
    program: 'rcc',
    args: doctor,
    isPlain: true,
    env: { CUDA_VISIBLE_DEVICES: '-1' },
    expects: [exits(3), prints(/missing +GPU/, 'doctor says that TensorRT finds no GPU')],
    standIn: ['pretended-gpu.ts', 'CUDA_VISIBLE_DEVICES'],
  },
];
