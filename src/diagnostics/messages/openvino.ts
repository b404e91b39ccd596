import { row } from '../message-row.ts';
import { missingRow, setupFailedRow, setupHint } from './python.ts';

const openvino = {
  title: 'OpenVINO',
  target: 'openvino',
  imported: 'openvino',
  wheel: 'openvino numpy',
  example: 'rcc compile specs/resnet50_vd.rn --target openvino',
  exists:
    'It exists for Linux and Windows on x64, for Linux on arm64 and for macOS; about 60 MB are fetched, and numpy.',
};

export const openvinoMessages = {
  'openvino-missing': missingRow(openvino),
  'openvino-setup-failed': setupFailedRow(openvino),
  'openvino-release': row<{ version: string; python: string; least: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ version, python, least }) =>
      `OpenVINO ${version} in ${python} is too old; ${least} or later is needed.`,
    hint: () => setupHint('openvino'),
    cause:
      'The Python that was named has a release whose engines and properties rcc does not know.',
    example: 'RCC_PYTHON=old/bin/python rcc compile specs/resnet50_vd.rn --target openvino',
    cure: 'Run rcc doctor --setup openvino, or bring that Python’s openvino up to date.',
  }),
  'openvino-precision-lacking': row<{ precision: string; processor: string; needed: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ precision, processor, needed }) =>
      `${processor} does not compute in ${precision.toUpperCase()}: it has none of ${needed}.`,
    hint: () => 'Take --int8, or --fp32.',
    cause:
      'bfloat16 needs instructions of its own: AVX512-BF16 (Cooper Lake, Zen 4), AMX-BF16 (Sapphire Rapids) or AVX-NE-CONVERT. Without them it would be computed in float32, and slower.',
    example: 'rcc bench specs/resnet50_vd.rn --bf16 --target openvino',
    cure: 'Take another precision on this machine, or build where the instructions are.',
  }),
  'openvino-precision-changed': row<{ asked: string; got: string; doing: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ asked, got, doing }) =>
      `OpenVINO was asked for ${asked} and says ${got} when ${doing}: its numbers would not be what the artifact says.`,
    cause:
      'rcc always says which precision is meant, and reads it back from the compiled model. OpenVINO chooses another by itself where the processor or its settings do not allow the one that was asked for.',
    example: 'rcc compile specs/resnet50_vd.rn --bf16 --target openvino',
    cure: 'Take the precision that it computes in, or look for OV_ and DNNL_ variables in the environment that limit instructions.',
  }),
  'openvino-failed': row<{ doing: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ doing, reason }) => `OpenVINO failed while ${doing}: ${reason}.`,
    cause: 'OpenVINO threw an exception; what it said stands below the message.',
    example: 'rcc compile specs/resnet50_vd.rn --target openvino',
    cure: 'Models of rcc are accepted: write the model or the engine again with rcc compile. --target onnxruntime computes the same model.',
  }),
  'openvino-ended': row<{ doing: string; ending: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ doing, ending }) => `OpenVINO’s Python ended while ${doing}: ${ending}.`,
    hint: ({ ending }) =>
      ending.includes('SIGKILL') ? 'The system ends programs so when memory runs out.' : undefined,
    cause:
      'The process that computes went away without an answer: the system or another program ended it, its library failed, or the interpreter that was named is none.',
    example: 'RCC_PYTHON=/bin/false rcc compile specs/resnet50_vd.rn --target openvino',
    cure: 'Free memory or raise the container’s limit; rcc doctor --target openvino says whether Python and the package are in order.',
  }),
  'openvino-timed-out': row<{ doing: string; seconds: number }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ doing, seconds }) => `OpenVINO was stopped after ${seconds} s while ${doing}.`,
    hint: () => 'A longer limit: --timeout SECONDS.',
    cause: 'It hung, or the machine is very busy. Compiling takes seconds.',
    example: 'rcc bench specs/resnet50_vd.rn --target openvino --timeout 5',
    cure: 'Try again, with a longer --timeout if the machine is slow.',
  }),
  'openvino-answer-unreadable': row<{ doing: string; problem: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ doing, problem }) =>
      `What OpenVINO’s Python answered while ${doing} cannot be read: ${problem}.`,
    cause:
      'rcc’s own script answers in lines of JSON and files of numbers; this answer is none of its.',
    example: 'RCC_PYTHON=/opt/wrapper rcc compile specs/resnet50_vd.rn --target openvino',
    cure: 'Name a plain Python with --python or RCC_PYTHON, or run rcc doctor --setup openvino.',
  }),
  'serve-openvino-backend': row<{ directory: string }>({
    severity: 'note',
    message: ({ directory }) =>
      `Triton's OpenVINO backend serves '${directory}' in BF16. It computes one batch alone, max_batch_size, and fills every request up to it.`,
    hint: () =>
      'A request of fewer pictures takes as long as a full one: --max-batch is best what clients send at once. The processor that serves needs BF16 instructions (`rcc doctor --target openvino`).',
    cause:
      'The backend compiles a model for max_batch_size and refuses other batches, unless it is told to fill them up (ENABLE_BATCH_PADDING).',
    cure: 'Nothing is to be done. `rcc verify --server` and `rcc bench --server` say what the server makes of it.',
  }),
  'serve-openvino-model': row<{ directory: string; precision: string }>({
    severity: 'note',
    message: ({ directory, precision }) =>
      `'${directory}' was compiled for OpenVINO; its model.onnx is served by onnxruntime, in ${precision} too.`,
    hint: () =>
      "Triton's OpenVINO backend cannot be asked for float32. Compile with --bf16 for that backend; `rcc bench --target onnxruntime` times what is served now.",
    cause:
      'Told no precision, the backend computes float32 as bfloat16 wherever the processor can; bfloat16 is the only one that it can be told (HINT_BF16).',
    cure: 'Nothing is to be done, but the times of the artifact are those of OpenVINO.',
  }),
} as const;
