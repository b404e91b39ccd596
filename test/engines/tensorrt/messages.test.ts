import { expect, test } from 'vitest';
import {
  createDiagnostic,
  type Diagnostic,
  type MessageParameters,
} from '../../../src/diagnostics/diagnostic.ts';
import type { tensorrtMessages } from '../../../src/diagnostics/messages/tensorrt.ts';
import { renderDiagnostic } from '../../../src/diagnostics/render.ts';

type Code = keyof typeof tensorrtMessages;

const t4 = { gpu: 'Tesla T4', cc: '7.5' };
const v100 = { gpu: 'V100', cc: '7.0' };
const log = 'build/resnet50/fp16/trtexec-build.log';
const engine = 'build/resnet50/fp16/model.plan';

/** Something to say for every code; a code without a sample does not compile. */
const samples: { readonly [C in Code]: MessageParameters<C> } = {
  'tensorrt-release-unreadable': { text: 'ten' },
  'tensorrt-release-unknown': { major: '12', newest: '11.1.0' },
  'tensorrt-release-newest': { major: '10', version: '10.16.0' },
  'tensorrt-release-too-old': {
    version: '8.4',
    docker: '--trtexec "docker run …"',
    voltaDocker: '--trtexec "docker run …"',
  },
  'tensorrt-image-pulled': { program: 'docker', image: 'nvcr.io/nvidia/tensorrt:24.09-py3' },
  'tensorrt-release-uncovered': { version: '11.5.0', table: '11.1.0', newer: true },
  'tensorrt-gpu-unknown': { name: 'T5' },
  'tensorrt-image': {
    image: 'tensorrt:24.09-py3',
    docker: '--trtexec "docker run …"',
    isExact: true,
  },
  'tensorrt-gpu-dropped': { ...v100, version: '10.5.0', last: '10.4' },
  'tensorrt-gpu-too-old': { gpu: 'GTX 1080', cc: '6.1', version: '10.0.1' },
  'tensorrt-gpu-too-new': { gpu: 'RTX 5090', cc: '12.0', version: '10.7.0', first: '10.8' },
  'tensorrt-gpu-unproven': { ...t4, version: '11.1.0' },
  'tensorrt-gpu-precision': { gpu: 'GTX 1080', cc: '6.1', precision: 'fp16' },
  'tensorrt-gpu-precision-unproven': { gpu: 'B200', cc: '10.0', precision: 'int8' },
  'tensorrt-int8-without-tensor-cores': { ...v100, precision: 'int8' },
  'tensorrt-no-tf32': t4,
  'tensorrt-no-sparsity': t4,
  'tensorrt-no-ampere-compatibility': t4,
  'tensorrt-no-same-compatibility': { version: '10.8.0' },
  'tensorrt-precision-too-new': { precision: 'fp8', version: '8.6.1', since: '10.3.0' },
  'tensorrt-typing-lacking': { precision: 'fp16', typing: 'weak', version: '11.0.0' },
  'tensorrt-option-lacking': {
    flag: '--optimization-level',
    option: '--builderOptimizationLevel',
    version: '8.5.3',
    releases: '8.6.0 and later',
  },
  'tensorrt-option-deprecated': { option: '--fp16', version: '10.16.0' },
  'tensorrt-io-type': { flag: '--input-format', type: 'fp16', declared: 'fp32' },
  'tensorrt-io-type-unfit': { flag: '--input-format', type: 'int8', declared: 'fp32' },
  'tensorrt-io-layout': {
    flag: '--input-format',
    layout: 'hwc8',
    types: 'fp16 and bf16',
    type: 'fp32',
  },
  'tensorrt-io-layout-flat': { flag: '--output-format', layout: 'hwc8', dimensions: 2 },
  'tensorrt-io-type-lacking': {
    flag: '--input-format',
    type: 'bf16',
    since: '9.1.0',
    version: '8.6.1',
  },
  'tensorrt-batch-fixed': { fixed: 1, wrong: [4, 8] },
  'tensorrt-profile-fixed': { fixed: 8, range: '1:8:8' },
  'tensorrt-batch-outside': { outside: [16], range: '1 to 8' },
  'tensorrt-batch-not-built': { batch: 4, built: [1, 8] },
  'tensorrt-build-warnings': { count: 3 },
  'tensorrt-cache-unusable': { path: '~/.cache/rcc/tensorrt', reason: 'EROFS' },
  'tensorrt-cache-rejected': { path: '~/.cache/rcc/tensorrt/10.4.0-sm75-tesla-t4.timing' },
  'tensorrt-stripped-not-runnable': { version: '10.4.0' },
  'tensorrt-stripped-needs-refit': { doing: 'timing', version: '10.4.0' },
  'tensorrt-argument-unknown': { argument: '--maxTactic', nearest: '--maxTactics' },
  'tensorrt-argument-taken': { argument: '--onnx' },
  'tensorrt-argument-refused': {
    argument: '--weightStreamingBudget=50%',
    version: '10.4.0',
    reason: 'it needs --allowWeightStreaming beside it',
  },
  'tensorrt-argument-form': { argument: '--noBuilderCache=false', form: 'flag' },
  'trtexec-not-found': { places: 'PATH, TENSORRT_HOME/bin and TRTEXEC' },
  'trtexec-not-startable': { command: '/opt/trt/bin/trtexec', reason: 'spawn EACCES' },
  'tensorrt-library-missing': { library: 'libnvinfer_plugin.so.10' },
  'trtexec-no-banner': { command: 'echo trtexec' },
  'trtexec-path-unsafe': { path: 'a,b/input.bin' },
  'tensorrt-no-gpu': { reason: 'no CUDA-capable device is detected' },
  'tensorrt-driver-too-old': {
    reason: 'CUDA driver version is insufficient for CUDA runtime version',
  },
  'tensorrt-cuda-failure': { reason: 'an illegal memory access was encountered' },
  'tensorrt-gpu-refused': { cc: '7.0', docker: '--trtexec "docker run …"' },
  'tensorrt-out-of-memory': { requested: '1459519488' },
  'tensorrt-host-memory': {},
  'tensorrt-onnx-rejected': {
    node: 'stage1/block0/conv1',
    op: 'Conv',
    reason: 'Assertion failed: the kernel is not supported',
  },
  'tensorrt-plugin-missing': { node: 'head/sample', op: 'GridSample3D' },
  'tensorrt-no-implementation': { layer: 'stage1/block0/conv1 + stage1/block0/add' },
  'tensorrt-engine-foreign': { engine, reason: 'Version tag does not match' },
  'tensorrt-engine-unreadable': { engine, reason: 'Magic tag does not match' },
  'tensorrt-option-rejected': { option: '--profilingVerbosity' },
  'tensorrt-shapes-rejected': { reason: 'Static model does not take explicit shapes' },
  'tensorrt-file-unseen': { path: 'build/resnet50/fp16/model.onnx' },
  'tensorrt-disk-full': {},
  'tensorrt-inference-failed': { reason: 'invalid argument' },
  'tensorrt-no-engine': { engine },
  'tensorrt-no-report': { log },
  'tensorrt-output-unreadable': { path: 'output.json', reason: 'it was not written', log },
  'trtexec-killed': { signal: 'SIGKILL' },
  'trtexec-timed-out': { seconds: 7200, phase: 'building' },
  'trtexec-failed': { status: 'exit status 3' },
  'nvidia-smi-missing': { reason: 'not found' },
};

function sampleOf<C extends Code>(code: C): Diagnostic {
  return createDiagnostic(code, samples[code]);
}

test('what a user reads for each code', async () => {
  const codes = Object.keys(samples) as Code[];
  const text = codes.map((code) => renderDiagnostic(sampleOf(code), { color: false }));
  await expect(`${text.join('\n\n')}\n`).toMatchFileSnapshot('golden/messages.txt');
});
