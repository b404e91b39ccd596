import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { inLog, type LogFacts } from './log-facts.ts';

export interface GpuFacts {
  gpu: string;
  /** Compute capability. */
  cc: string;
}

export const tensorrtMessages = {
  'tensorrt-release-unreadable': row<{ text: string }>({
    severity: 'error',
    message: ({ text }) => `'${text}' is not a release of TensorRT.`,
    hint: () => 'Write it as 8.6, 10.4 or 10.4.0, or 10 for the newest 10.x that rcc knows.',
    cause: 'A release was given in a form that no release has.',
    example: 'rcc compile resnet50_vd.rn --dry-run --trt ten',
    cure: 'Give major and minor number, with a patch number if it matters.',
  }),
  'tensorrt-release-unknown': row<{ major: string; newest: string }>({
    severity: 'error',
    message: ({ major, newest }) =>
      `rcc knows no TensorRT ${major}; the newest release that it knows is ${newest}.`,
    hint: ({ newest }) =>
      `Plan for --trt ${newest}, or give major and minor number of the release that you have.`,
    cause:
      'A major number alone stands for the newest release of it that rcc has an option table for.',
    example: 'rcc compile resnet50_vd.rn --dry-run --trt 12 --gpu t4',
    cure: 'Give a release as 10.4, or update rcc.',
  }),
  'tensorrt-release-newest': row<{ major: string; version: string }>({
    severity: 'note',
    message: ({ major, version }) =>
      `--trt ${major} is taken for ${version}, the newest ${major}.x that rcc knows.`,
    cause: 'A major number alone was given.',
    example: 'rcc compile resnet50_vd.rn --dry-run --trt 10 --gpu t4',
    cure: 'Give major and minor number where another release is meant.',
  }),
  'tensorrt-release-too-old': row<{ version: string; docker: string; voltaDocker: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ version }) =>
      `TensorRT ${version} is older than 8.5, the first release rcc drives.`,
    hint: ({ docker, voltaDocker }) =>
      `Install TensorRT 8.5 or later, for a V100 at most 10.4; or take NVIDIA’s image: ${docker}, for a V100 ${voltaDocker}`,
    cause:
      'Before 8.5 trtexec printed other reports and took other options; timings would not compare.',
    cure: 'Install a newer TensorRT, or use a container that holds one as a command prefix.',
  }),
  'tensorrt-release-uncovered': row<{ version: string; table: string; newer: boolean }>({
    severity: 'note',
    message: ({ version, table, newer }) =>
      newer
        ? `TensorRT ${version} is newer than any release rcc knows; it is treated as ${table}.`
        : `rcc has no option table for TensorRT ${version}; it is treated as ${table}.`,
    cause: 'The options of trtexec are known for the releases of the table only.',
    cure: 'If trtexec rejects an option, update rcc.',
  }),
  'tensorrt-gpu-unknown': row<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `rcc does not know the compute capability of '${name}'.`,
    hint: () => 'Give the compute capability itself: --gpu 7.5 for a T4.',
    cause: 'The name is in no row of the GPU table.',
    example: 'rcc compile resnet50_vd.rn --dry-run --trt 10.4 --gpu t5',
    cure: 'Give a model name as nvidia-smi prints it, or the compute capability.',
  }),
  'tensorrt-image': row<{ image: string; docker: string; isExact: boolean }>({
    severity: 'note',
    message: ({ image, docker, isExact }) =>
      `NVIDIA’s ${isExact ? 'image of this release' : 'nearest image'} is ${image}: ${docker}`,
    cause: 'A plan names a release that need not be installed: a container holds it.',
    cure: 'Give the command to rcc, on a machine with docker and the NVIDIA container toolkit.',
  }),
  'tensorrt-image-pulled': row<{ program: string; image: string }>({
    severity: 'note',
    message: ({ program, image }) => `${program} pulls the image ${image}; this may take minutes.`,
    cause: 'The command that starts trtexec names an image that is not on this machine yet.',
    cure: 'Wait; the next run starts at once.',
  }),
  'tensorrt-gpu-dropped': row<GpuFacts & { version: string; last: string; docker?: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ gpu, cc, last }) =>
      `${gpu} is compute capability ${cc}: TensorRT ${last} is the last release that supports it.`,
    hint: ({ version, last, docker }) =>
      `This is TensorRT ${version}; install ${last}${docker ? `, or take its image: ${docker}` : '.'}`,
    cause: 'NVIDIA removed the GPU’s architecture from TensorRT.',
    example: 'rcc compile resnet50_vd.rn --fp16 --dry-run --trt 10.5 --gpu v100',
    cure: 'Install the release that is named, or use its container as a command prefix.',
  }),
  'tensorrt-gpu-too-old': row<GpuFacts & { version: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ gpu, cc, version }) =>
      `${gpu} is compute capability ${cc}: TensorRT ${version} needs 7.0 or later.`,
    hint: () => 'TensorRT 8.6 was made for older GPUs too.',
    cause: 'TensorRT 10.0 and later are compiled for compute capability 7.0 and higher.',
    cure: 'Use an older release of TensorRT or a newer GPU.',
  }),
  'tensorrt-gpu-too-new': row<GpuFacts & { version: string; first: string; docker?: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ gpu, cc, version, first }) =>
      first
        ? `${gpu} is compute capability ${cc}: TensorRT ${first} is the first release that supports it.`
        : `${gpu} is compute capability ${cc}, which TensorRT ${version} does not support.`,
    hint: ({ version, first, docker }) =>
      first
        ? `This is TensorRT ${version}${docker ? `; an image of ${first}: ${docker}` : '.'}`
        : undefined,
    cause: 'The GPU is younger than the release.',
    cure: 'Install a newer TensorRT.',
  }),
  'tensorrt-gpu-unproven': row<GpuFacts & { version: string }>({
    severity: 'note',
    message: ({ gpu, cc, version }) =>
      `No source says whether TensorRT ${version} supports ${gpu} (compute capability ${cc}); trtexec will.`,
    cause: 'NVIDIA’s matrix for this release could not be read when the table was made.',
    cure: 'Try it: trtexec refuses a GPU that its release does not support.',
  }),
  'tensorrt-gpu-precision': row<GpuFacts & { precision: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ gpu, cc, precision }) =>
      `${gpu} (compute capability ${cc}) does not compute in ${precision.toUpperCase()}.`,
    cause: 'The GPU has no instructions for the precision.',
    cure: 'Use another precision or another GPU.',
  }),
  'tensorrt-gpu-precision-unproven': row<GpuFacts & { precision: string }>({
    severity: 'note',
    message: ({ gpu, cc, precision }) =>
      `No source says whether ${gpu} (compute capability ${cc}) is fast in ${precision.toUpperCase()}.`,
    cause: 'The table of precisions has no entry for this GPU.',
    cure: 'Compare the timing with FP32.',
  }),
  'tensorrt-int8-without-tensor-cores': row<GpuFacts & { precision: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ gpu, cc }) =>
      `${gpu} is compute capability ${cc}: it has no INT8 tensor cores, and rcc builds no INT8 engine for it.`,
    hint: () => 'Build with --fp16, which runs on its tensor cores.',
    cause:
      'Compute capability 7.0 has tensor cores for FP16 only; INT8 would run beside them and lose accuracy for nothing.',
    example: 'rcc compile resnet50_vd.rn --int8 --dry-run --trt 10.4 --gpu v100',
    cure: 'Build with --fp16, or use a GPU of compute capability 7.5 or later.',
  }),
  'tensorrt-no-tf32': row<GpuFacts>({
    severity: 'note',
    message: ({ gpu, cc }) =>
      `${gpu} (compute capability ${cc}) has no TF32: --tf32 changes nothing here.`,
    cause: 'TF32 exists on compute capability 8.0 and later.',
    cure: 'Leave --tf32 out.',
  }),
  'tensorrt-no-sparsity': row<GpuFacts>({
    severity: 'warning',
    message: ({ gpu, cc }) =>
      `${gpu} (compute capability ${cc}) has no kernels for sparse weights: --sparsity gains nothing here.`,
    cause: 'Sparse tensor cores exist on compute capability 8.0 and later.',
    cure: 'Leave --sparsity out, or use a GPU of compute capability 8.0 or later.',
  }),
  'tensorrt-no-ampere-compatibility': row<GpuFacts>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ gpu, cc }) =>
      `${gpu} is compute capability ${cc}: engines for --hardware-compatibility ampere+ need 8.0 or later.`,
    cause: 'The level builds for compute capability 8.0 and everything after it.',
    cure: 'Leave the option out, or build on a GPU of compute capability 8.0 or later.',
  }),
  'tensorrt-no-same-compatibility': row<{ version: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ version }) =>
      `TensorRT ${version} does not know the level same-compute-capability; 10.9 is the first that does.`,
    cause: 'The level came with TensorRT 10.9.',
    cure: 'Leave --hardware-compatibility out, or install TensorRT 10.9 or later.',
  }),
  'tensorrt-precision-too-new': row<{ precision: string; version: string; since: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ precision, version, since }) =>
      `TensorRT ${version} builds no ${precision.toUpperCase()} of this network: rcc writes it for ${since} and later.`,
    hint: () => 'Take another precision, or a later release.',
    cause:
      'Releases from 9.0 on read graphs of the type, but as far as is known FP8 convolutions came to Ada (compute capability 8.9) with 10.3. It was not tried on a GPU.',
    example: 'rcc compile resnet50_vd.rn --fp8 --target onnx --trt 8.6',
    cure: 'Install a later TensorRT, or compile with --int8 or --fp16.',
  }),
  'tensorrt-typing-lacking': row<{ precision: string; typing: string; version: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ precision, typing, version }) =>
      `TensorRT ${version} cannot build ${precision.toUpperCase()} with ${typing} typing.`,
    hint: ({ typing }) =>
      typing === 'weak'
        ? 'From 11.0 the types of the graph always decide; leave --typing out.'
        : 'Strong typing came with 9.1; leave --typing out.',
    cause: 'Weak typing ended with 10.16, strong typing began with 9.1.',
    cure: 'Leave --typing out: rcc takes what the release can do.',
  }),
  'tensorrt-option-lacking': row<{
    flag: string;
    option: string;
    version: string;
    releases: string;
  }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ flag, option, version, releases }) =>
      `${flag} needs trtexec's ${option} (${releases}), which TensorRT ${version} does not take.`,
    cause: 'trtexec gains and loses options with its releases; an unknown one stops it.',
    example: 'rcc compile resnet50_vd.rn --dry-run --trt 8.5 --gpu t4 --optimization-level 5',
    cure: 'Leave the option out or use a release that takes it.',
  }),
  'tensorrt-option-deprecated': row<{ option: string; version: string }>({
    severity: 'note',
    message: ({ option, version }) =>
      `TensorRT ${version} still takes ${option} but calls it deprecated.`,
    cause: 'A later release drops the option.',
    cure: 'Leave --typing out: rcc then takes the way that stays.',
  }),
  'tensorrt-io-type': row<{ flag: string; type: string; declared: string }>({
    severity: 'error',
    message: ({ flag, type, declared }) =>
      `${flag} asks for ${type}, but the graph declares ${declared} and its types decide.`,
    hint: () => 'Leave the type out of the format, or change the graph’s input type: --input-type.',
    cause: 'With strong typing, the types of inputs and outputs come from the ONNX file.',
    cure: 'Give the layout alone: chw in place of fp16:chw.',
  }),
  'tensorrt-io-type-unfit': row<{ flag: string; type: string; declared: string }>({
    severity: 'error',
    message: ({ flag, type, declared }) =>
      `${flag} asks for ${type}, but the graph declares ${declared}, whose numbers ${type} cannot hold.`,
    hint: () =>
      'fp32, fp16 and bf16 stand for one another; for pixels take --input-type uint8-nhwc.',
    cause:
      'Only float types stand for one another: for an integer type rcc would have to know a scale.',
    cure: 'Leave the type out of the format, or choose another float type.',
  }),
  'tensorrt-io-layout': row<{
    flag: string;
    layout: string;
    /** `fp16 and bf16` */
    types: string;
    type: string;
  }>({
    severity: 'error',
    message: ({ flag, layout, types, type }) =>
      `${flag}: TensorRT has the layout ${layout} for ${types} only, not for ${type}.`,
    hint: ({ layout }) =>
      `Where the builder chooses the types: fp16:${layout}; where the graph does: --input-type float16.`,
    cause: 'Most layouts are bound to the types whose kernels read them.',
    cure: 'Take the layout with a type that it holds, or chw, chw32 or hwc.',
  }),
  'tensorrt-io-layout-flat': row<{ flag: string; layout: string; dimensions: number }>({
    severity: 'error',
    message: ({ flag, layout, dimensions }) =>
      `${flag}: the layout ${layout} arranges channels, rows and columns, and the tensor has ${dimensions} dimensions.`,
    hint: () => 'Logits have no rows and columns: leave the layout at chw.',
    cause: 'Every layout but chw is for tensors of three dimensions and more.',
    cure: 'Take chw.',
  }),
  'tensorrt-io-type-lacking': row<{ flag: string; type: string; since: string; version: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ flag, type, since, version }) =>
      `${flag}: TensorRT ${version} does not know the type ${type}; ${since} is the first that does.`,
    cause: 'The type came with a later release.',
    cure: 'Use another type or a later release.',
  }),
  'tensorrt-batch-fixed': row<{ fixed: number; wrong: readonly number[] }>({
    severity: 'error',
    message: ({ fixed, wrong }) =>
      `The graph fixes the batch at ${fixed}, so batch ${listText(wrong)} cannot be built from it.`,
    hint: () => 'Leave --batch out; --batches names the sizes that are verified and timed.',
    cause: 'The ONNX file was written with a number in place of the free batch dimension.',
    cure: `Write the graph with a free batch, or ask for the batch that it has.`,
  }),
  'tensorrt-profile-fixed': row<{ fixed: number; range: string }>({
    severity: 'error',
    message: ({ fixed, range }) =>
      `The graph fixes the batch at ${fixed}: there is no range for --profile ${range} to choose from.`,
    hint: () => 'Leave --batch out; --batches names the sizes that are verified and timed.',
    cause: 'A profile needs a free batch dimension, and --batch fixes it in the graph.',
    cure: 'Give --batch or --profile, not both.',
  }),
  'tensorrt-batch-outside': row<{ outside: readonly number[]; range: string }>({
    severity: 'error',
    message: ({ outside, range }) =>
      `Batch ${listText(outside)} lies outside of --profile (${range}).`,
    cause: 'An engine with a range of batches runs no other batch.',
    cure: 'Widen --profile or time other batches.',
  }),
  'tensorrt-batch-not-built': row<{ batch: number; built: readonly number[] }>({
    severity: 'error',
    message: ({ batch, built }) =>
      `There is no engine for batch ${batch}; the artifact holds batch ${listText(built)}.`,
    hint: ({ batch }) => `Build it: --batches ${batch}, or one engine for a range: --profile.`,
    cause: 'Each engine is built for one batch unless --profile was given.',
    cure: 'Compile again with the batch in --batches.',
  }),
  'tensorrt-build-warnings': row<{ count: number }>({
    severity: 'note',
    message: ({ count }) =>
      count === 1 ? 'TensorRT gave a warning.' : `TensorRT gave ${count} warnings.`,
    hint: () => 'rcc compile keeps the whole output beside the engine, in trtexec-build*.log.',
    cause: 'TensorRT writes warnings about weights, precisions and memory while it builds.',
    cure: 'Read them; most do not matter.',
  }),
  'tensorrt-cache-unusable': row<{ path: string; reason: string }>({
    severity: 'note',
    message: ({ path, reason }) =>
      `The shared timing cache in ${path} cannot be used (${reason}): this build takes its full time.`,
    cause: 'The cache folder cannot be written.',
    cure: 'Set RCC_CACHE_DIR to a folder that can, or say --timing-cache none.',
  }),
  'tensorrt-cache-rejected': row<{ path: string }>({
    severity: 'note',
    message: ({ path }) =>
      `The timing cache ${path} was of no use to this TensorRT and was replaced.`,
    cause: 'The cache was written by another release or GPU, or is damaged.',
    cure: 'Nothing needs to be done.',
  }),
  'tensorrt-stripped-not-runnable': row<{ version: string }>({
    severity: 'warning',
    message: ({ version }) =>
      `An engine without weights cannot be timed with TensorRT ${version}: trtexec refits from ONNX from 10.14.1 on.`,
    cause: 'The engine has no weights until an application refits it.',
    cure: 'Time an engine with weights.',
  }),
  'tensorrt-stripped-needs-refit': row<{ doing: string; version: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ doing, version }) =>
      `${doing === 'timing' ? 'Timing' : 'Running'} an engine without weights needs trtexec's --refitFromOnnx, which TensorRT ${version} does not take.`,
    hint: () => 'Leave --strip-weights out.',
    cause: 'The engine has no weights until it is refitted; trtexec does so from 10.14.1 on.',
    cure: 'Leave --strip-weights out, or use TensorRT 10.14.1 or later.',
  }),
  'tensorrt-argument-unknown': row<{ argument: string; nearest: string | undefined }>({
    severity: 'error',
    message: ({ argument }) => `No release of trtexec has the option ${argument}.`,
    hint: ({ nearest }) => (nearest ? `Did you mean ${nearest}?` : undefined),
    cause: 'An argument that is passed on to trtexec is in no release’s table.',
    cure: 'Check the spelling: names are case-sensitive and a value follows after =.',
  }),
  'tensorrt-argument-taken': row<{ argument: string }>({
    severity: 'error',
    message: ({ argument }) => `${argument} is already part of the command.`,
    hint: () =>
      'trtexec rejects an option that is given twice; use the option of rcc that sets it.',
    cause: 'rcc sets this option itself, or it was passed on twice.',
    cure: 'See rcc compile --dry-run for the command, and set the option of rcc instead.',
  }),
  'tensorrt-argument-refused': row<{ argument: string; version: string; reason: string }>({
    severity: 'warning',
    message: ({ argument, version, reason }) =>
      `TensorRT ${version} refuses ${argument} in this command: ${reason}.`,
    cause: 'The release knows the option, but not beside what else the command says.',
    cure: 'Leave the argument out, or give what it needs beside it.',
  }),
  'tensorrt-argument-form': row<{ argument: string; form: string }>({
    severity: 'error',
    message: ({ argument, form }) =>
      form === 'flag'
        ? `${argument}: this option of trtexec takes no value, and would be on whatever follows.`
        : `${argument}: this option of trtexec needs a value (${form}) after =.`,
    cause: 'trtexec takes option and value as one argument, name=value.',
    cure: 'Write the argument in the form that is named.',
  }),
  'trtexec-not-found': row<{ places: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ places }) => `trtexec was not found (looked in ${places}).`,
    hint: () =>
      'Install TensorRT and put trtexec on PATH, set TENSORRT_HOME, or give a command: --trtexec "docker run --rm --gpus all -v {dir}:{dir} IMAGE trtexec". What builds nothing (--dry-run, `rcc cache why`) takes --trt and --gpu in its place: --trt 10.4 --gpu t4.',
    cause: 'The target tensorrt needs trtexec, which comes with TensorRT.',
    cure: 'Install TensorRT, name the program with --trtexec or TRTEXEC, or use --target onnxruntime.',
  }),
  'trtexec-not-startable': row<{ command: string; reason: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ command, reason }) => `'${command}' cannot be started: ${reason}.`,
    hint: () => 'Run it by hand with --help; LD_LIBRARY_PATH tells where its libraries are.',
    cause: 'The program does not exist, is not executable, or misses a library.',
    cure: 'Run the command by hand with --help; a missing library is cured by LD_LIBRARY_PATH.',
  }),
  'tensorrt-library-missing': row<{ library: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ library }) => `trtexec starts but cannot open the library ${library}.`,
    hint: () =>
      'Add the folder that holds it to LD_LIBRARY_PATH; of a tar file of TensorRT that is its lib folder.',
    cause:
      'From 8.6 on trtexec opens TensorRT’s libraries while it runs: --help works without them, a build does not.',
    cure: 'Set LD_LIBRARY_PATH to the folders of TensorRT’s and CUDA’s libraries, or use NVIDIA’s packages or container.',
  }),
  'trtexec-no-banner': row<{ command: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ command }) => `'${command} --help' did not say which TensorRT it belongs to.`,
    hint: () => 'The first line of trtexec reads &&&& RUNNING TensorRT.trtexec [TensorRT v…].',
    cause: 'The command is not trtexec, or the prefix in front of it fails before trtexec starts.',
    cure: 'Run the command by hand and see what it prints.',
  }),
  'trtexec-path-unsafe': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) =>
      `trtexec cannot be given the file '${path}': it splits at commas and colons.`,
    cause: 'Lists of inputs are written name:file,name:file, without any quoting.',
    cure: 'Choose an output folder without commas, colons and quotes in its path.',
  }),
  'tensorrt-no-gpu': row<{ reason: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ reason }) => `TensorRT found no GPU: ${reason}.`,
    hint: () => 'nvidia-smi must list a GPU; a container needs --gpus all.',
    cause: 'The driver is not loaded, no GPU is visible, or the container was started without one.',
    cure: 'Run nvidia-smi; check CUDA_VISIBLE_DEVICES and the container’s --gpus.',
  }),
  'tensorrt-driver-too-old': row<{ reason: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ reason }) => `The NVIDIA driver is too old for this TensorRT: ${reason}.`,
    hint: () => 'Update the driver, or use a TensorRT built for an older CUDA.',
    cause: 'The CUDA runtime of TensorRT needs a newer driver.',
    cure: 'Update the driver, or use a TensorRT built for an older CUDA.',
  }),
  'tensorrt-cuda-failure': row<{ reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ reason }) => `CUDA failed: ${reason}.`,
    hint: () => 'Run nvidia-smi; lines with Xid in the kernel log say more.',
    cause:
      'A call into CUDA failed: a fault of the GPU or driver, or another process that crashed it.',
    cure: 'Run nvidia-smi and look for Xid lines in the kernel log; a reset of the GPU may help.',
  }),
  'tensorrt-gpu-refused': row<{ cc: string; docker?: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ cc }) =>
      cc
        ? `This TensorRT does not support the GPU (compute capability ${cc}).`
        : 'This TensorRT does not support the GPU.',
    hint: ({ docker }) =>
      `V100: up to 10.4. Blackwell: from 10.8.${docker ? ` An image that serves the GPU: ${docker}` : ''}`,
    cause: 'The release was not built for the GPU’s compute capability.',
    cure: 'Use another release; rcc explain tensorrt-gpu-dropped says more.',
  }),
  'tensorrt-out-of-memory': row<{ requested: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ requested }) =>
      requested
        ? `The GPU ran out of memory: ${requested} bytes were asked for.`
        : 'The GPU ran out of memory.',
    hint: () => 'Close what else uses the GPU, lower --workspace, or use a smaller batch.',
    cause: 'Weights, activations and scratch space of the builder do not fit.',
    cure: 'See nvidia-smi for other processes; lower --workspace or the batch.',
  }),
  'tensorrt-host-memory': row<object>({
    severity: 'error',
    exit: 'tool-failed',
    message: () => 'The machine ran out of memory while trtexec ran.',
    hint: () => 'Give the machine or the container more memory.',
    cause: 'Building an engine takes several times the size of the weights in host memory.',
    cure: 'Give the machine or the container more memory.',
  }),
  'tensorrt-onnx-rejected': row<{ node: string; op: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ node, op, reason }) =>
      node
        ? `TensorRT does not accept the node ${node}${op ? ` (${op})` : ''}: ${reason}.`
        : `TensorRT does not accept the ONNX file: ${reason}.`,
    hint: () => 'Try a newer TensorRT; the line of the spec brought the node in.',
    cause: 'The ONNX parser of this release met something that it does not support.',
    cure: 'The line of the spec that is shown brought the node in; try a newer TensorRT.',
  }),
  'tensorrt-plugin-missing': row<{ node: string; op: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ node, op }) =>
      `TensorRT has no operator ${op || 'of this kind'}${node ? ` for the node ${node}` : ''}, and no plugin for it.`,
    hint: () => 'Use a newer TensorRT, or load a plugin: --trtexec-build-arg=--staticPlugins=FILE.',
    cause: 'The operator is unknown to this release.',
    cure: 'Use a newer TensorRT, or load a plugin library with --trtexec-build-arg=--staticPlugins=FILE.',
  }),
  'tensorrt-no-implementation': row<{ layer: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ layer }) => `TensorRT found no kernel for the layer ${layer}.`,
    hint: () =>
      'Most often scratch memory was short: raise --workspace. For INT8, leave that layer unquantised.',
    cause: 'Every kernel that could compute the layer was ruled out by memory, precision or GPU.',
    cure: 'Raise --workspace, use another precision, or a newer TensorRT.',
  }),
  'tensorrt-engine-foreign': row<{ engine: string; reason: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ engine, reason }) =>
      `${engine} was built by another TensorRT or for another GPU: ${reason}.`,
    hint: () => 'Engines run on the release and GPU they were built with; rebuild it here.',
    cause: 'An engine is tied to its release and GPU unless it was built to be compatible.',
    cure: 'rcc check-engine DIR prints the command that rebuilds it.',
  }),
  'tensorrt-engine-unreadable': row<{ engine: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ engine, reason }) => `${engine} cannot be loaded: ${reason}.`,
    hint: () => 'Build it again.',
    cause: 'The file is missing, cut short, or no engine.',
    cure: 'Build it again.',
  }),
  'tensorrt-option-rejected': row<{ option: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ option }) => `trtexec rejected an option: ${option}.`,
    hint: () =>
      'Its option table and rcc’s disagree: say which release it is. --trtexec-build-arg and --trtexec-run-arg pass arguments on unchanged.',
    cause: 'This trtexec does not take an option that its release is known to take.',
    cure: 'Check with trtexec --help; a patched or repackaged trtexec may differ from its release.',
  }),
  'tensorrt-shapes-rejected': row<{ reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ reason }) => `trtexec rejected the input shapes: ${reason}.`,
    hint: () =>
      'Compare --shapes in the first line of the output with the inputs of the ONNX file.',
    cause: 'Shapes were given for a graph that fixes them, or for an input that it does not have.',
    cure: 'Compare --shapes in the log’s first line with the inputs of the ONNX file.',
  }),
  'tensorrt-file-unseen': row<{ path: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ path }) => `trtexec cannot open ${path}.`,
    hint: () =>
      'A command prefix must show the folder under the same path: -v {dir}:{dir} for docker, a shared file system for ssh.',
    cause: 'The file is missing where trtexec runs, or it may not read it.',
    cure: 'Mount the artifact’s folder in the container, or use a shared folder.',
  }),
  'tensorrt-disk-full': row<object>({
    severity: 'error',
    exit: 'tool-failed',
    message: () => 'The disk is full: trtexec could not write its files.',
    hint: () => 'Free some space, or choose another folder with -o.',
    cause: 'Engines and logs need space in the artifact’s folder and in the temporary folder.',
    cure: 'Free some space or choose another folder with -o. Nothing was left under the final name.',
  }),
  'tensorrt-inference-failed': row<{ reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ reason }) => `The engine was loaded but did not run: ${reason}.`,
    hint: () => 'Try a smaller batch, then rebuild the engine.',
    cause: 'Inference failed on the GPU.',
    cure: 'See the log; try a smaller batch, then rebuild the engine.',
  }),
  'tensorrt-no-engine': row<{ engine: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ engine }) => `trtexec ended without an error but wrote no engine to ${engine}.`,
    hint: () =>
      'A command prefix must show the folder under the same path: -v {dir}:{dir} for docker, a shared file system for ssh.',
    cause: 'The file was written somewhere else, or not at all.',
    cure: 'See the log; check the folder that a container or another host writes to.',
  }),
  'tensorrt-no-report': row<LogFacts>({
    severity: 'error',
    exit: 'tool-failed',
    message: () =>
      'trtexec ended without an error, but its performance summary is missing or not whole.',
    hint: inLog,
    cause:
      'The output was cut, an argument that was passed on switches the summary off, or a figure in it is nan or inf.',
    cure: 'See the log; --dumpProfile and --timeDeserialize leave the summary out.',
  }),
  'tensorrt-output-unreadable': row<LogFacts & { path: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ path, reason }) =>
      `The outputs that trtexec wrote to ${path} cannot be read: ${reason}.`,
    hint: inLog,
    cause:
      'The file of --exportOutput is missing, cut short, or does not hold what the graph puts out.',
    cure: 'See the log; free some disk space.',
  }),
  'trtexec-killed': row<{ signal: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ signal }) => `trtexec was ended by ${signal}.`,
    hint: ({ signal }) =>
      signal === 'SIGKILL'
        ? 'The kernel ends processes this way when memory runs out; so does a job scheduler.'
        : 'A crash is trtexec’s own: try another release or driver, or a lower --optimization-level.',
    cause: 'Something outside of rcc ended trtexec, or it crashed.',
    cure: 'Look at the kernel log (dmesg) and the limits of the container or job.',
  }),
  'trtexec-timed-out': row<{ seconds: number; phase: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ seconds, phase }) => `trtexec was stopped after ${seconds} s, in phase '${phase}'.`,
    hint: () => 'Raise --timeout, or lower --optimization-level.',
    cause: 'It took longer than --timeout allows.',
    cure: 'Raise --timeout if the phase is the build of an engine; otherwise see the log.',
  }),
  'trtexec-failed': row<{ status: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ status }) => `trtexec failed (${status}) for a reason that rcc does not know.`,
    hint: () => 'Read the output from its first [E] line on.',
    cause: 'The output fits no known failure; its last lines are shown.',
    cure: 'Read the log from its first [E] line.',
  }),
  'nvidia-smi-missing': row<{ reason: string }>({
    severity: 'note',
    message: ({ reason }) =>
      `nvidia-smi cannot be asked (${reason}): driver, clocks and temperature are not recorded.`,
    cause: 'nvidia-smi comes with the driver; it may be missing in a container.',
    cure: 'Put it on PATH, or name it in NVIDIA_SMI.',
  }),
} as const;
