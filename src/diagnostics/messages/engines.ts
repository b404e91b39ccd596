import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

const shapeText = (shape: readonly (number | string)[]): string => `[${listText(shape)}]`;

export const engineMessages = {
  'engine-library-missing': row<{ library: string; reason: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ library, reason }) => `${library} cannot be loaded: ${reason}.`,
    hint: () =>
      'Install rcc again; the library comes for Linux and Windows on x64 and arm64, and for macOS on arm64.',
    cause: 'The package is not installed, or its library does not fit this system.',
    cure: 'Install rcc again, in a checkout with npm ci. On Alpine Linux use an image with glibc; --target onnx --no-verify needs no engine.',
  }),
  'engine-thread-telemetry': row<Record<never, never>>({
    severity: 'error',
    message: () =>
      'onnxruntime would record what it runs, and a worker thread cannot keep it from that: ORT_DISABLE_TELEMETRY is not 1 in its environment.',
    hint: () =>
      'Set ORT_DISABLE_TELEMETRY=1 before the process starts, or load a model on the main thread before the worker starts.',
    cause:
      'onnxruntime reads the variable from the environment of the process when it is loaded; rcc sets it there, but what a worker thread sets stays in the thread.',
    cure: 'Start the process with ORT_DISABLE_TELEMETRY=1, or load the first model on the main thread and start the worker after that.',
  }),
  'target-unusable': row<{ target: string; parts: readonly string[] }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ target, parts }) =>
      `Target ${target} cannot be used here: ${listText(parts, ' and ')} ${parts.length === 1 ? 'is' : 'are'} missing.`,
    cause: 'rcc doctor looked for what the target needs and did not find all of it.',
    example: 'rcc doctor --target tensorrt',
    cure: 'Do what stands behind cure in the lines of rcc doctor, or take another target.',
  }),
  'engine-model-unreadable': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) => `'${path}' is not a model that can be loaded: ${reason}.`,
    cause: 'The file is no ONNX model, was cut short, or contradicts itself.',
    cure: 'Write the file again: rcc compile makes model.onnx and the engine beside it.',
  }),
  'engine-unsupported': row<{ engine: string; path: string; what: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ engine, path, what }) => `${engine} cannot run '${path}': ${what}.`,
    cause:
      'The model uses an operator, a type or an opset that this release of the engine does not have.',
    cure: 'Use a model of rcc, another target, or another release of the engine.',
  }),
  'engine-of-another-machine': row<{ path: string; built: string; here: string }>({
    severity: 'error',
    message: ({ path, built, here }) => `'${path}' was built for ${built}; this is ${here}.`,
    hint: () => 'Build it again here: rcc compile with the same spec and weights.',
    cause:
      'An optimised model holds weights in the order that one kind of processor and one release of onnxruntime read; another would compute something else.',
    cure: 'Compile on the machine that runs the engine, or take model.onnx there, which runs anywhere.',
  }),
  'engine-mismatch': row<{ what: string; expected: string; found: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ what, expected, found }) => `${what}: built for ${expected}, found ${found}.`,
    cause:
      'An engine is tied to what it was built with: release and GPU of TensorRT, release and kind of processor of onnxruntime.',
    example: 'rcc check-engine build/resnet50_vd/fp16',
    cure: 'Rebuild it with the command that rcc check-engine prints.',
  }),
  'engine-out-of-memory': row<{ engine: string; path: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ engine, path }) => `${engine} had not enough memory for '${path}'.`,
    hint: () => 'Try a smaller batch.',
    cause:
      'The engine needs the weights about twice while it is built, and the activations of a whole batch while it runs.',
    cure: 'Use a smaller batch, close other programs, or raise the memory limit of the container.',
  }),
  'engine-build-failed': row<{ engine: string; path: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ engine, path, reason }) => `${engine} could not build '${path}': ${reason}.`,
    cause: 'The engine refused the model for a reason that rcc does not know more about.',
    cure: 'Read the lines of the engine below the message; with --target onnx the model is written and nothing built.',
  }),
  'engine-run-failed': row<{ engine: string; path: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ engine, path, reason }) => `${engine} failed while it ran '${path}': ${reason}.`,
    cause: 'The engine was loaded, but a run of it ended in an error.',
    cure: 'Read the lines of the engine below the message.',
  }),
  'engine-input-mismatch': row<{ path: string; problem: string }>({
    severity: 'error',
    message: ({ path, problem }) => `The input does not fit '${path}': ${problem}.`,
    cause: 'An input is missing, unknown, or has another type or shape than the model declares.',
    cure: 'rcc inspect FILE.onnx lists the inputs. Pictures are [N, C, H, W], already preprocessed.',
  }),
  'engine-batch-fixed': row<{ path: string; fixed: number; batch: number }>({
    severity: 'error',
    message: ({ path, fixed, batch }) =>
      `'${path}' takes batches of ${fixed} only, not of ${batch}.`,
    hint: ({ fixed }) => `Time batch ${fixed}, or compile without --batch ${fixed}.`,
    cause: 'The model was compiled for one batch size.',
    cure: 'Without --batch a model takes any batch size.',
  }),
  'engine-batch-not-built': row<{ path: string; batch: number; built: readonly number[] }>({
    severity: 'error',
    message: ({ path, batch, built }) =>
      `No engine for batch ${batch} lies at '${path}', only for ${listText(built.map(String))}.`,
    hint: () => 'Build it too: rcc compile --batches with all that are wanted.',
    cause: 'OpenVINO’s engines are built for one batch each, and are timed at no other.',
    example: 'rcc bench specs/resnet50_vd.rn --target openvino --batches 16',
    cure: 'Name the batch in --batches when the model is compiled.',
  }),
  'outputs-not-comparable': row<{ actual: readonly number[]; expected: readonly number[] }>({
    severity: 'error',
    message: ({ actual, expected }) =>
      `The outputs have the shape ${shapeText(actual)}, the expected ones ${shapeText(expected)}: they cannot be compared.`,
    cause: 'Expected outputs are logits [N, classes], as many images as inputs.',
    cure: 'Give expected outputs that belong to the inputs: the same number of images, the model’s number of classes.',
  }),
} as const;
