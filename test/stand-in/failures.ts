import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Exit, log, plain } from './console.ts';
import { orderOf, type Release } from './release.ts';

/** Where in a run a failure strikes. */
export type Moment = 'start' | 'plugins' | 'parse' | 'build' | 'load' | 'infer';

export interface FailureContext {
  readonly release: Release;
  readonly options: ReadonlyMap<string, string>;
}

interface Failure {
  readonly moment: Moment;
  strike(context: FailureContext): void | Promise<void>;
}

const before = (version: string, release: Release) => release.order < orderOf(version);

/** Up to 9.0 a CUDA failure aborts; later it ends with 1. Neither prints a FAILED line. */
export function cudaFailure(reason: string, release: Release): never {
  const place = before('10.7.0', release) ? '' : ' at sampleDevice.cpp:34';
  plain(`Cuda failure${place}: ${reason}`, 2);
  // As abort() ends a program, without the stack that Node would print.
  if (before('9.1.0', release)) process.kill(process.pid, 'SIGABRT');
  throw new Exit(1);
}

/** The last lines of a failed build, general ones after the specific one. */
export function failBuild(...specific: readonly string[]): never {
  for (const text of specific) log('E', text);
  log('E', 'Engine could not be created from network');
  log('E', 'Building engine failed');
  log('E', 'Failed to create engine from model or file.');
  log('E', 'Engine set up failed');
  throw new FailedRun();
}

/** A failure after which the FAILED line is printed. */
export class FailedRun extends Exit {
  constructor() {
    super(1);
  }
}

/** `Error Code N: Kind (detail)` in the words of the release. */
export function libraryError(release: Release, code: number, kind: string, detail: string): string {
  return before('10.1.0', release)
    ? `Error[${code}]: [optimizer.cpp::computeCosts::3869] Error Code ${code}: ${kind} (${detail})`
    : `Error[${code}]: IBuilder::buildSerializedNetwork: Error Code ${code}: ${kind} (${detail})`;
}

function complainAboutNode(name: string, op: string, reason: readonly string[]): never {
  log('E', `[TRT] ModelImporter.cpp:748: While parsing node number 3 [${op} -> "out"]:`);
  log('E', '[TRT] ModelImporter.cpp:749: --- Begin node ---');
  log(
    'E',
    `[TRT] ModelImporter.cpp:750: input: "in"\noutput: "out"\nname: "${name}"\nop_type: "${op}"`,
  );
  plain('attribute {\n  name: "strides"\n  ints: 1\n  type: INTS\n}', 2);
  log('E', '[TRT] ModelImporter.cpp:751: --- End node ---');
  log('E', `[TRT] ModelImporter.cpp:754: ERROR: onnxOpImporters.cpp:1234 In function import${op}:`);
  for (const line of reason) plain(line, 2);
  log('E', 'Failed to parse onnx file');
  log('I', 'Finished parsing network model. Parse time: 0.1');
  log('E', 'Parsing model failed');
  return failBuild();
}

const forever = () => new Promise<never>(() => setInterval(() => {}, 60_000));

/** The node that complaints name: STAND_IN_NODE, as the test's graph has it. */
const node = () => process.env.STAND_IN_NODE ?? 'stage1/block0/conv1';

/** What can go wrong, by name. Texts are those of report-format facts and of public bug reports, in the stand-in's own words where they are free. */
export const failures: Readonly<Record<string, Failure>> = {
  'no-gpu': {
    moment: 'start',
    strike: ({ release }) => cudaFailure('no CUDA-capable device is detected', release),
  },
  // setCudaDevice in sampleDevice.cpp from 9.1: cudaGetDeviceCount gives none, an info line of trtexec's own, then exit(EXIT_FAILURE).
  'no-devices': {
    moment: 'start',
    strike: () => {
      log('I', '=== Device Information ===');
      log('I', 'Cannot find any available devices (GPUs)!');
      throw new Exit(1);
    },
  },
  'driver-too-old': {
    moment: 'start',
    strike: ({ release }) =>
      cudaFailure('CUDA driver version is insufficient for CUDA runtime version', release),
  },
  'cuda-broken': {
    moment: 'infer',
    strike: ({ release }) => cudaFailure('an illegal memory access was encountered', release),
  },
  'missing-library': {
    moment: 'start',
    strike: () => {
      plain(
        'trtexec: error while loading shared libraries: libnvinfer.so.10: cannot open shared object file: No such file or directory',
        2,
      );
      throw new Exit(127);
    },
  },
  // trtexec.cpp of 8.6 and later opens TensorRT with dlopen: the plugins' library first (DynamicLibrary in common.h throws), then the others
  // (initLibrary). What follows `due to` is dlerror's.
  'unopened-plugins': {
    moment: 'plugins',
    strike: ({ release }) => {
      const library = `libnvinfer_plugin.so.${Math.floor(release.order / 10_000)}`;
      log(
        'E',
        `Uncaught exception detected: Unable to open library: ${library} due to ${library}: cannot open shared object file: No such file or directory`,
      );
      throw new FailedRun();
    },
  },
  'unopened-library': {
    moment: 'plugins',
    strike: ({ release }) => {
      const library = `libnvinfer.so.${Math.floor(release.order / 10_000)}`;
      log(
        'E',
        `Could not load library ${library}: Unable to open library: ${library} due to libcudart.so.12: cannot open shared object file: No such file or directory`,
      );
      failBuild('Builder creation failed');
    },
  },
  onnx: {
    moment: 'parse',
    strike: () =>
      complainAboutNode(node(), 'Conv', ['[8] Assertion failed: the kernel is not supported']),
  },
  'onnx-one-line': {
    moment: 'parse',
    strike: () => {
      log(
        'E',
        `Error[3]: In node 3 with name: ${node()} and operator: Conv (parseNode): UNSUPPORTED_NODE: Assertion failed: the kernel is not supported`,
      );
      log('E', 'Failed to parse onnx file');
      failBuild();
    },
  },
  plugin: {
    moment: 'parse',
    strike: () =>
      complainAboutNode(node(), 'GridSample3D', [
        '[6] creator && "Plugin not found, are the plugin name, version, and namespace correct?"',
      ]),
  },
  // The parser asks for a plugin before it complains about the node, which it then dumps without the operator's name.
  'plugin-first': {
    moment: 'parse',
    strike: () => {
      log(
        'W',
        '[TRT] onnx2trt_utils.cpp:374: No importer registered for op: Det. Attempting to import as plugin.',
      );
      log('E', '[TRT] 3: getPluginCreator could not find plugin: Det version: 1');
      log('E', 'Failed to parse onnx file');
      log('E', 'Parsing model failed');
      failBuild();
    },
  },
  'unseen-file': {
    moment: 'parse',
    strike: ({ options }) => {
      log(
        'E',
        `Error[3]: In node -1 with name:  and operator:  (parseFromFile): INVALID_VALUE: Assertion failed: stat(onnxModelFile, &sb) == 0 && S_ISREG(sb.st_mode): Input file cannot be found, or is not a regular file: ${options.get('--onnx')}`,
      );
      log('E', 'Failed to parse onnx file');
      failBuild();
    },
  },
  'out-of-memory': {
    moment: 'build',
    strike: ({ release }) => {
      log(
        'W',
        '[TRT] Skipping tactic 0 due to insufficient memory on requested size of 1459519488 detected for tactic 0.',
      );
      failBuild(libraryError(release, 2, 'OutOfMemory', 'no further information'));
    },
  },
  'host-memory': { moment: 'build', strike: () => failBuild('std::bad_alloc') },
  'no-implementation': {
    moment: 'build',
    strike: ({ release }) =>
      failBuild(
        libraryError(
          release,
          10,
          'Internal Error',
          `Could not find any implementation for node ${node()} + stage1/block0/add.`,
        ),
      ),
  },
  'harmless-out-of-memory': {
    moment: 'build',
    strike: () =>
      log(
        'E',
        '[TRT] Tactic Device request: 9000MB Available: 8000MB. Device memory is insufficient: out of memory.',
      ),
  },
  'disk-full': {
    moment: 'build',
    strike: () => failBuild('Saving engine to file failed: No space left on device'),
  },
  'unknown-option': {
    moment: 'start',
    strike: () => {
      log('E', 'Unknown option: --profilingVerbosity detailed');
      throw new FailedRun();
    },
  },
  'timing-cache': {
    moment: 'build',
    strike: ({ options, release }) => {
      if (!options.has('--timingCacheFile')) return;
      failBuild(libraryError(release, 1, 'Serialization', 'timing cache magic tag does not match'));
    },
  },
  'plan-version': {
    moment: 'load',
    strike: () => {
      log(
        'E',
        'Error[1]: [stdArchiveReader.cpp::StdArchiveReader::40] Error Code 1: Serialization (Serialization assertion stdVersionRead == serializationVersion failed.Version tag does not match. Note: Current Version: 232, Serialized Engine Version: 228)',
      );
      log('E', 'Engine deserialization failed');
      log('E', 'Inference set up failed');
      throw new FailedRun();
    },
  },
  'plan-gpu': {
    moment: 'load',
    strike: () => {
      log(
        'E',
        'IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file is generated on an incompatible device, expecting compute 7.5 got compute 7.0, please rebuild.)',
      );
      log('E', 'Engine deserialization failed');
      throw new FailedRun();
    },
  },
  // 8.x without the error recorder: the code stands in front of the text.
  'plan-device': {
    moment: 'load',
    strike: () => {
      log(
        'E',
        '[TRT] 6: The engine plan file is generated on an incompatible device, expecting compute 7.5 got compute 8.6, please rebuild.',
      );
      log(
        'E',
        '[TRT] 2: [engine.cpp::deserializeEngine::951] Error Code 2: InternalError (Assertion engine->deserialize(start, size, allocator, runtime) failed. )',
      );
      log('E', 'Engine deserialization failed');
      throw new FailedRun();
    },
  },
  'plan-damaged': {
    moment: 'load',
    strike: () => {
      log(
        'E',
        'Error[1]: Error Code 1: Serialization (Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag does not match)',
      );
      log('E', 'Engine deserialization failed');
      throw new FailedRun();
    },
  },
  shapes: {
    moment: 'build',
    strike: () =>
      failBuild(
        'Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself',
      ),
  },
  inference: {
    moment: 'infer',
    strike: () => {
      log('E', 'IExecutionContext::enqueueV3: Error Code 1: Cuda Runtime (invalid argument)');
      log('E', 'Error occurred during inference');
      throw new FailedRun();
    },
  },
  unheard: {
    moment: 'build',
    strike: () => failBuild('The flux capacitor is not charged.'),
  },
  garbage: {
    moment: 'start',
    strike: () => {
      process.stdout.write(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)));
      plain('');
      throw new Exit(0);
    },
  },
  silent: {
    moment: 'start',
    strike: () => {
      throw new Exit(3);
    },
  },
  'no-engine': {
    moment: 'build',
    strike: () => {
      throw new Exit(0);
    },
  },
  'empty-engine': {
    moment: 'build',
    strike: ({ options }) => {
      writeFileSync(options.get('--saveEngine') ?? '', '');
      throw new Exit(0);
    },
  },
  'half-engine': {
    moment: 'build',
    strike: ({ options }) => {
      writeFileSync(options.get('--saveEngine') ?? '', 'half');
      process.kill(process.pid, 'SIGKILL');
    },
  },
  crash: { moment: 'build', strike: () => void process.kill(process.pid, 'SIGSEGV') },
  hang: { moment: 'build', strike: forever },
  'hang-loading': { moment: 'load', strike: forever },
  'hang-deaf': {
    moment: 'build',
    strike: () => {
      process.on('SIGTERM', () => {});
      return forever();
    },
  },
  'hang-with-child': {
    moment: 'build',
    strike: ({ options }) => {
      const child = spawn('sleep', ['300'], { stdio: 'inherit' });
      writeFileSync(options.get('--saveEngine') ?? '', 'half');
      log('I', `child ${child.pid}`);
      return forever();
    },
  },
};
