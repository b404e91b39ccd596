import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { inLog, type LogFacts } from './log-facts.ts';
import { missingRow, setupFailedRow, setupHint } from './python.ts';

const tensorrtRtx = {
  title: 'TensorRT-RTX',
  target: 'tensorrt-rtx',
  imported: 'tensorrt_rtx',
  wheel: 'tensorrt-rtx-cu13',
  example: 'rcc compile resnet50_vd.rn --fp16 --target tensorrt-rtx --compute-capability 7.5',
  exists: 'It exists for Linux and Windows on x64; about 100 MB are fetched.',
};

export const tensorrtRtxMessages = {
  'tensorrt-rtx-missing': missingRow(tensorrtRtx),
  'tensorrt-rtx-setup-failed': setupFailedRow(tensorrtRtx),
  'compute-capability-unknown': row<{ text: string; known: readonly string[]; nearest?: string }>({
    severity: 'error',
    message: ({ text, known }) =>
      `'${text}' is no compute capability that TensorRT-RTX builds for; they are ${listText(known)}.`,
    hint: ({ nearest }) => (nearest === undefined ? undefined : `Did you mean ${nearest}?`),
    cause:
      'TensorRT-RTX has kernels for Turing (7.5), Ampere (8.0, 8.6), Ada (8.9) and Blackwell (12.0, 12.1); not for Volta (7.0) and Hopper (9.0).',
    example: 'rcc compile resnet50_vd.rn --target tensorrt-rtx --compute-capability 7.0',
    cure: 'Give one or several of the list: --compute-capability 7.5,8.6. For a V100 or H100 use --target tensorrt.',
  }),
  'compute-capability-lacking': row<{
    capability: string;
    version: string;
    known: readonly string[];
  }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ capability, version, known }) =>
      `TensorRT-RTX ${version} does not build for compute capability ${capability}, only for ${listText(known)}.`,
    hint: () => setupHint('tensorrt-rtx'),
    cause: 'The release that is installed is older, or newer, than the GPU.',
    cure: 'Install another release of TensorRT-RTX, or build for another GPU.',
  }),
  'tensorrt-rtx-model-refused': row<LogFacts & { node: string; operator: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ node, operator, reason }) =>
      node
        ? `TensorRT-RTX does not take ${operator || 'node'} '${node}': ${reason}.`
        : `TensorRT-RTX cannot read the model: ${reason}.`,
    hint: inLog,
    cause: 'The ONNX parser met a node, a type or a file that it does not accept.',
    cure: 'Models of rcc are accepted: write the model again with rcc compile.',
  }),
  'tensorrt-rtx-operation-refused': row<
    LogFacts & { node: string; target: string; reason: string }
  >({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ node, target, reason }) =>
      `TensorRT-RTX cannot compile '${node}' for ${target}: ${reason}.`,
    hint: inLog,
    cause:
      'The compiler has no kernel for the operation on this GPU. On compute capability 7.5 a matrix product in FP32 is refused; a 1×1 convolution is not.',
    cure: 'Write the model with rcc compile --target tensorrt-rtx for this compute capability: it takes forms that are accepted.',
  }),
  'tensorrt-rtx-build-failed': row<LogFacts & { reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ reason }) => `TensorRT-RTX built no engine: ${reason}.`,
    hint: inLog,
    cause: 'The compiler gave up for a reason that rcc does not know more about.',
    cure: 'Read the last lines of the log below the message.',
  }),
  'tensorrt-rtx-timed-out': row<LogFacts & { seconds: number }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ seconds }) => `TensorRT-RTX was stopped after ${seconds} s without an engine.`,
    hint: inLog,
    cause: 'A build takes seconds; it hung, or the machine is very busy.',
    cure: 'Try again, with a longer time limit if the machine is slow.',
  }),
  'tensorrt-rtx-killed': row<LogFacts & { signal: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ signal }) => `TensorRT-RTX was ended by ${signal}.`,
    hint: ({ signal, log }) =>
      `${signal === 'SIGKILL' ? 'The system ends programs so when memory runs out. ' : ''}${inLog({ log })}`,
    cause:
      'Another program or the system ended it. ResNet200_vd needs about 1.1 GB while it is built.',
    cure: 'Free memory, or raise the memory limit of the container.',
  }),
  'tensorrt-rtx-needs-gpu': row<{ doing: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ doing }) =>
      `An engine of TensorRT-RTX is finished on the GPU that runs it: ${doing} it is not possible here.`,
    hint: () =>
      'rcc audit judges its kernels here; verify and bench the model with --target onnxruntime.',
    cause:
      'TensorRT-RTX builds ahead of time without a GPU, and compiles the rest on the user’s machine when the engine is loaded.',
    cure: 'Take the engine to a machine with an RTX GPU, or use --target onnxruntime to compute and time the same model here.',
  }),
  'ep-context-untried': row<{ file: string }>({
    severity: 'note',
    message: ({ file }) =>
      `${file} wraps the engine for onnxruntime's TensorRT-RTX provider; no GPU has loaded it yet.`,
    cause:
      'The wrapper follows what the provider reads, and onnx.checker takes it; the engine in it is finished on the GPU that loads it, and none was there.',
    example: 'rcc compile resnet50_vd.rn --fp16 --target tensorrt-rtx --compute-capability 8.6',
    cure: 'Nothing has to be done; who loads it compares its logits with those of model.onnx first.',
  }),
} as const;
