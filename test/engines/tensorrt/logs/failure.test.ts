import { describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../../engines/process.ts';
import { explainFailure } from '../../../../engines/tensorrt/logs/failure.ts';
import { nodesOfLayer } from '../../../../engines/tensorrt/logs/failure-patterns.ts';
import { parseTrtexecLog } from '../../../../engines/tensorrt/logs/parse-log.ts';
import { renderDiagnostic } from '../../../../src/diagnostics/render.ts';
import type { Span } from '../../../../src/diagnostics/source.ts';

const banner = '&&&& RUNNING TensorRT.trtexec [TensorRT v100400] [b26] # trtexec --onnx=a';
const file = { path: 'resnet.rn', text: 'model a { depth 50 }' };
const span: Span = { file, start: 10, end: 15 };

function explain(lines: readonly string[], ended: Partial<ToolResult> = { exitCode: 1 }) {
  const result: ToolResult = {
    command: ['trtexec', '--onnx=a'],
    timedOut: false,
    cancelled: false,
    durationMs: 1,
    tail: lines.slice(-20),
    ...ended,
  };
  return explainFailure({
    result,
    report: parseTrtexecLog(lines.join('\n')),
    log: 'build.log',
    engine: 'model.plan',
    timeoutS: 60,
    locateNode: (node) => (node === 'stage1/block0/conv1' ? span : undefined),
  });
}

const e = (text: string) => `[03/04/2031-05:06:07] [E] ${text}`;
const w = (text: string) => `[03/04/2031-05:06:07] [W] ${text}`;

/** Lines as users of several releases have reported them. */
const cases: readonly (readonly [
  string,
  readonly string[],
  Partial<ToolResult>,
  string,
  string,
])[] = [
  [
    'no GPU, 8.x',
    [banner, 'Cuda failure: no CUDA-capable device is detected', 'Aborted (core dumped)'],
    { signal: 'SIGABRT' },
    'tensorrt-no-gpu',
    'TensorRT found no GPU: no CUDA-capable device is detected.',
  ],
  [
    'no GPU, 8.x in a container',
    [banner, 'Cuda failure: no CUDA-capable device is detected'],
    { exitCode: 134 },
    'tensorrt-no-gpu',
    'TensorRT found no GPU: no CUDA-capable device is detected.',
  ],
  [
    'no GPU, 11.x',
    [banner, 'Cuda failure at sampleDevice.cpp:34: no CUDA-capable device is detected'],
    { exitCode: 1 },
    'tensorrt-no-gpu',
    'TensorRT found no GPU: no CUDA-capable device is detected.',
  ],
  [
    'no GPU, a number',
    [banner, 'Cuda failure: 100'],
    { signal: 'SIGABRT' },
    'tensorrt-no-gpu',
    'TensorRT found no GPU: CUDA error: 100.',
  ],
  [
    'driver',
    [banner, 'Cuda failure: CUDA driver version is insufficient for CUDA runtime version'],
    { exitCode: 1 },
    'tensorrt-driver-too-old',
    'The NVIDIA driver is too old for this TensorRT: CUDA driver version is insufficient for CUDA runtime version.',
  ],
  [
    'CUDA otherwise',
    [banner, 'Cuda failure: an illegal memory access was encountered'],
    { signal: 'SIGABRT' },
    'tensorrt-cuda-failure',
    'CUDA failed: an illegal memory access was encountered.',
  ],
  [
    'GPU refused, 10.5',
    [
      banner,
      e(
        'Error[9]: IBuilder::buildSerializedNetwork: Error Code 9: API Usage Error (Target GPU SM 70 is not supported by this TensorRT release.)',
      ),
      e('Engine set up failed'),
    ],
    { exitCode: 1 },
    'tensorrt-gpu-refused',
    'This TensorRT does not support the GPU (compute capability 7.0).',
  ],
  [
    'GPU refused, 8.4',
    [
      banner,
      e(
        'Error[1]: [caskUtils.cpp::trtSmToCask::114] Error Code 1: Internal Error (Unsupported SM: 0x809)',
      ),
    ],
    { exitCode: 1 },
    'tensorrt-gpu-refused',
    'This TensorRT does not support the GPU (compute capability 8.9).',
  ],
  [
    'memory',
    [
      banner,
      w(
        '[TRT] Skipping tactic 0 due to insuficient memory on requested size of 1459519488 detected for tactic 0.',
      ),
      e(
        'Error[2]: [virtualMemoryBuffer.cpp::resizePhysical::127] Error Code 2: OutOfMemory (no further information)',
      ),
      e('Engine set up failed'),
    ],
    { exitCode: 1 },
    'tensorrt-out-of-memory',
    'The GPU ran out of memory: 1459519488 bytes were asked for.',
  ],
  [
    'host memory',
    [banner, e('std::bad_alloc')],
    { exitCode: 1 },
    'tensorrt-host-memory',
    'The machine ran out of memory while trtexec ran.',
  ],
  [
    'no kernel',
    [
      banner,
      e(
        'Error[10]: [optimizer.cpp::computeCosts::3728] Error Code 10: Internal Error (Could not find any implementation for node stage1/block0/conv1 + stage1/block0/add.)',
      ),
      e(
        'Error[2]: [builder.cpp::buildSerializedNetwork::751] Error Code 2: Internal Error (Assertion engine != nullptr failed. )',
      ),
    ],
    { exitCode: 1 },
    'tensorrt-no-implementation',
    'TensorRT found no kernel for the layer stage1/block0/conv1 + stage1/block0/add.',
  ],
  [
    'plan of another version',
    [
      banner,
      e(
        'Error[1]: [stdArchiveReader.cpp::StdArchiveReader::40] Error Code 1: Serialization (Serialization assertion stdVersionRead == serializationVersion failed.Version tag does not match. Note: Current Version: 232, Serialized Engine Version: 228)',
      ),
      e('Engine deserialization failed'),
    ],
    { exitCode: 1 },
    'tensorrt-engine-foreign',
    'model.plan was built by another TensorRT or for another GPU: Serialization assertion stdVersionRead == serializationVersion failed.Version tag does not match. Note: Current Version: 232, Serialized Engine Version: 228.',
  ],
  [
    'plan of another GPU',
    [
      banner,
      e(
        'Error Code 6: API Usage Error (The engine plan file is generated on an incompatible device, expecting compute 7.5 got compute 7.0, please rebuild.)',
      ),
    ],
    { exitCode: 1 },
    'tensorrt-engine-foreign',
    'model.plan was built by another TensorRT or for another GPU: The engine plan file is generated on an incompatible device, expecting compute 7.5 got compute 7.0, please rebuild.',
  ],
  [
    'no plan',
    [banner, e('Error opening engine file: model.plan'), e('Engine set up failed')],
    { exitCode: 1 },
    'tensorrt-engine-unreadable',
    'model.plan cannot be loaded: Error opening engine file: model.plan.',
  ],
  [
    'unknown option',
    ['x'.repeat(9), banner, e('Unknown option: --fp16 '), 'help', 'help'],
    { exitCode: 1 },
    'tensorrt-option-rejected',
    'trtexec rejected an option: --fp16.',
  ],
  [
    'shapes',
    [
      banner,
      e(
        'Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself',
      ),
      e('Engine set up failed'),
    ],
    { exitCode: 1 },
    'tensorrt-shapes-rejected',
    'trtexec rejected the input shapes: Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself.',
  ],
  [
    'unseen file, 8.x',
    [
      banner,
      e('[TRT] ModelImporter.cpp:735: Could not open file /x/model.onnx'),
      e('Failed to parse onnx file'),
    ],
    { exitCode: 1 },
    'tensorrt-file-unseen',
    'trtexec cannot open /x/model.onnx.',
  ],
  [
    'unseen file, 10.x',
    [
      banner,
      e(
        'Error[3]: In node -1 with name:  and operator:  (parseFromFile): INVALID_VALUE: Assertion failed: stat(onnxModelFile, &sb) == 0 && S_ISREG(sb.st_mode): Input file cannot be found, or is not a regular file: models/a.onnx',
      ),
    ],
    { exitCode: 1 },
    'tensorrt-file-unseen',
    'trtexec cannot open models/a.onnx.',
  ],
  [
    'disk',
    [banner, e('Saving engine to file failed: No space left on device')],
    { exitCode: 1 },
    'tensorrt-disk-full',
    'The disk is full: trtexec could not write its files.',
  ],
  [
    'inference',
    [
      banner,
      e('IExecutionContext::enqueueV3: Error Code 1: Cuda Runtime (invalid argument)'),
      e('Error occurred during inference'),
    ],
    { exitCode: 1 },
    'tensorrt-inference-failed',
    'The engine was loaded but did not run: invalid argument.',
  ],
  ['killed', [banner], { signal: 'SIGKILL' }, 'trtexec-killed', 'trtexec was ended by SIGKILL.'],
  [
    'killed in a container',
    [banner, e('Unknown option: --x')],
    { exitCode: 137 },
    'trtexec-killed',
    'trtexec was ended by SIGKILL.',
  ],
  ['crashed', [banner], { exitCode: 139 }, 'trtexec-killed', 'trtexec was ended by SIGSEGV.'],
  [
    'timed out',
    [banner, e('out of memory')],
    { timedOut: true, signal: 'SIGTERM' },
    'trtexec-timed-out',
    "trtexec was stopped after 60 s, in phase 'starting'.",
  ],
  [
    'no program',
    [],
    { startError: { code: 'ENOENT', message: 'spawn trtexec ENOENT' } },
    'trtexec-not-startable',
    "'trtexec' cannot be started: spawn trtexec ENOENT.",
  ],
  [
    'no program in the container',
    [
      'docker: Error response from daemon: exec: "trtexec": executable file not found in $PATH: unknown.',
    ],
    { exitCode: 127 },
    'trtexec-not-startable',
    '\'trtexec --onnx=a\' cannot be started: docker: Error response from daemon: exec: "trtexec": executable file not found in $PATH: unknown.',
  ],
  [
    'a library is missing',
    [
      'trtexec: error while loading shared libraries: libnvinfer.so.10: cannot open shared object file',
    ],
    { exitCode: 127 },
    'trtexec-not-startable',
    "'trtexec --onnx=a' cannot be started: trtexec: error while loading shared libraries: libnvinfer.so.10: cannot open shared object file.",
  ],
  [
    'nothing known',
    [banner, e('The flux capacitor is not charged.')],
    { exitCode: 3 },
    'trtexec-failed',
    'trtexec failed (exit status 3) for a reason that rcc does not know.',
  ],
];

test.each(cases)('%s', (...[, lines, ended, code, message]) => {
  const diagnostic = explain(lines, ended);
  expect(diagnostic.code).toBe(code);
  expect(diagnostic.message).toBe(message);
  expect((diagnostic.details ?? []).length).toBeLessThan(20);
});

/** What TensorRT's ONNX parser says of a node that it does not take. */
const dump = (reason: string) => [
  banner,
  e('[TRT] ModelImporter.cpp:748: While parsing node number 3 [Conv -> "y"]:'),
  e('[TRT] ModelImporter.cpp:749: --- Begin node ---'),
  e('[TRT] ModelImporter.cpp:750: input: "x"'),
  'name: "stage1/block0/conv1"',
  'op_type: "Conv"',
  e('[TRT] ModelImporter.cpp:751: --- End node ---'),
  e('[TRT] ModelImporter.cpp:754: ERROR: onnxOpImporters.cpp:12 In function importConv:'),
  reason,
  e('Failed to parse onnx file'),
];

test('what a user reads: the last lines, the log and what to do', async () => {
  const reason = '[8] Assertion failed: no such kernel';
  const onnx: (typeof cases)[number] = ['ONNX', dump(reason), { exitCode: 1 }, '', ''];
  const texts = [...cases, onnx].map(([title, lines, ended]) => {
    const diagnostic = explain(lines, ended);
    const ran = diagnostic.details?.at(-1) === 'The whole output is in build.log.';
    expect([title, ran, diagnostic.hint]).toEqual([title, !ended.startError, expect.any(String)]);
    return `# ${title}\n${renderDiagnostic(diagnostic, { color: false })}\n`;
  });
  await expect(texts.join('\n')).toMatchFileSnapshot('golden/explained.txt');
});

describe('ONNX', () => {
  test('the node leads to the line of the spec', () => {
    const diagnostic = explain(dump('[8] Assertion failed: no such kernel'));
    expect(diagnostic.code).toBe('tensorrt-onnx-rejected');
    expect(diagnostic.message).toBe(
      'TensorRT does not accept the node stage1/block0/conv1 (Conv): Assertion failed: no such kernel.',
    );
    expect(diagnostic.span).toBe(span);
  });

  test('a missing plugin is told apart', () => {
    const diagnostic = explain(
      dump(
        '[6] creator && "Plugin not found, are the plugin name, version, and namespace correct?"',
      ),
    );
    expect(diagnostic.code).toBe('tensorrt-plugin-missing');
    expect(diagnostic.span).toBe(span);
  });
});

test('the layer of a missing kernel leads to the line of the spec', () => {
  const text =
    'Error Code 10: Internal Error (Could not find any implementation for node {ForeignNode[input...stage1/block0/conv1]}.)';
  expect(explain([banner, e(text)]).span).toBe(span);
});

test('the first specific error decides, not the general ones after it', () => {
  const lines = [
    banner,
    e('Cuda failure: no CUDA-capable device is detected'),
    e('Error occurred during inference'),
  ];
  expect(explain(lines).code).toBe('tensorrt-no-gpu');
});

test('names of nodes in names of layers', () => {
  expect(nodesOfLayer('a/conv + a/add + PWN(a/relu)')).toEqual(['a/conv', 'a/add', 'a/relu']);
  expect(nodesOfLayer('{ForeignNode[a...b]}')).toEqual(['a', 'b']);
  expect(nodesOfLayer('a || b')).toEqual(['a', 'b']);
});
