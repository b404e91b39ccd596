import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';

/** Most models or files that a hint names. */
const mostNamed = 8;

const list = (values: readonly (number | string)[]): string => `[${listText(values)}]`;

/** What says something of weights beside their numbers. */
export interface SaidBeside {
  readonly kind: 'file' | 'metadata' | 'name';
  /** The file, where it is one. */
  readonly source: string;
  readonly weights: string;
}

interface Sayer {
  readonly where: (said: SaidBeside) => string;
  /** What to do where it is wrong. */
  readonly cure: string;
}

const saidBeside: Readonly<Record<SaidBeside['kind'], Sayer>> = {
  file: {
    where: ({ source, weights }) => `'${printable(source)}' beside '${printable(weights)}'`,
    cure: 'move the file away if it belongs to other weights',
  },
  metadata: {
    where: ({ weights }) => `The metadata of '${printable(weights)}'`,
    cure: 'leave this as it is if the metadata is of another network',
  },
  name: {
    where: ({ weights }) => `The name of '${printable(weights)}'`,
    cure: 'give the file another name if it holds another network',
  },
};

export const compileMessages = {
  'option-value': row<{ flag: string; text: string; reason: string }>({
    severity: 'error',
    message: ({ flag, text, reason }) => `${flag} cannot be '${text}': ${reason}.`,
    cause: 'The value of an option has the wrong form or lies outside its range.',
    example: 'rcc bench resnet50_vd.rn --workspace much',
    cure: '`rcc help TARGET` shows the form and the default of every option of a target.',
  }),
  'argument-unknown': row<{
    what: string;
    name: string;
    known: readonly string[];
    nearest: string | undefined;
  }>({
    severity: 'error',
    message: ({ what, name }) => `There is no ${what} '${name}'.`,
    hint: ({ known, nearest }) =>
      nearest ? `Did you mean '${nearest}'?` : `There are: ${listText(known)}.`,
    cause: 'A program calls rcc with a name that it does not know.',
    example: "compile('resnet50_vd.rn', { target: 'tensor-rt' })",
    cure: 'Take one of the names in the hint; TypeScript completes and checks them.',
  }),
  'batches-of-fixed-graph': row<{ batch: number }>({
    severity: 'error',
    message: ({ batch }) =>
      `--batch ${batch} fixes the batch in the graph, so --batches has no choice.`,
    hint: () => 'Leave --batch out: the graph then takes every batch.',
    cause: 'A graph with a fixed batch runs, and is timed, in that size alone.',
    cure: 'Give one of the two.',
  }),
  'option-missing': row<{ target: string; option: string }>({
    severity: 'error',
    message: ({ target, option }) => `Target ${target} needs ${option}.`,
    hint: ({ target }) => `\`rcc help ${target}\` shows its options.`,
    cause: 'There is no value that would suit everybody.',
    cure: 'Give the option.',
  }),
  'option-idle': row<{ option: string; target: string; targets: readonly string[] }>({
    severity: 'warning',
    message: ({ option, target, targets }) =>
      `${option} changes nothing for target ${target}: it is meant for ${listText(targets)}.`,
    // A program names its settings in other words.
    hint: ({ option, targets: [first] }) =>
      option.startsWith('--')
        ? `Where ${first} is meant: rcc compile SPEC --target ${first} ${option} … (with --dry-run it needs no installation). \`rcc rebuild\` keeps the artifact's target.`
        : undefined,
    cause: 'The option belongs to another target.',
    cure: 'Leave it out, or name the target that it is meant for with --target.',
  }),
  'timing-idle': row<{ option: string; doing: string }>({
    severity: 'warning',
    message: ({ option, doing }) => `${option} changes nothing: ${doing}.`,
    cause: 'The option says how engines are timed, and none is.',
    cure: 'Leave it out.',
  }),
  'manifest-facts-unreadable': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) => `${path} does not describe an engine of its target: ${reason}.`,
    cause: 'The manifest is of another version of rcc, or was changed by hand.',
    cure: 'Compile again.',
  }),
  'manifest-outdated': row<{ path: string; found: number; wanted: number; rebuild: string }>({
    severity: 'error',
    message: ({ path, found, wanted }) =>
      `${path} is of version ${found} of the manifest; this rcc reads version ${wanted}.`,
    hint: ({ rebuild }) => `Rebuild the artifact: ${rebuild}`,
    cause: 'The artifact was made by an earlier rcc.',
    cure: 'Compile it again with the command that is shown.',
  }),
  'target-without-engine': row<{ target: string }>({
    severity: 'error',
    message: ({ target }) => `Target '${target}' builds no engine, so there is nothing to run.`,
    cause: 'Target onnx writes the model and builds nothing.',
    cure: 'Take another --target, such as onnxruntime or tensorrt.',
  }),
  'option-needs-dry-run': row<{ option: string }>({
    severity: 'error',
    message: ({ option }) =>
      `${option} is for plans: it needs --dry-run and target tensorrt${option === '--trt' ? ', or target onnx' : ''}.`,
    hint: () => 'Without --dry-run, release and GPU are those of this machine.',
    cause:
      '--trt and --gpu name a release and a GPU to plan for, and --trt the release that target onnx writes its model for; engines are built for this machine’s.',
    example: 'rcc compile resnet50_vd.rn --fp16 --trt 8.6',
    cure: 'Add --dry-run, or leave the option out.',
  }),
  'artifact-without-engine': row<{ directory: string; target: string }>({
    severity: 'error',
    message: ({ directory, target }) =>
      `'${directory}' holds no engine: it was made for target ${target}.`,
    hint: () => 'Compile with --target onnxruntime or tensorrt.',
    cause: 'Target onnx writes the model and builds nothing, so there is nothing to check.',
    cure: 'Name the folder of an artifact with an engine.',
  }),
  'cache-key-unknown': row<{ reason: string }>({
    severity: 'note',
    message: ({ reason }) => `The cache key is not known yet. ${reason}`,
    cause:
      'The key of an engine holds the graph and whose weights are in it; one of them is not there yet.',
    cure: 'Nothing has to be done: the manifest of the compiled artifact has the key.',
  }),
  'not-a-spec': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is no spec: specs are .rn files.`,
    hint: ({ path }) =>
      path.endsWith('.onnx')
        ? `It is a model that was exported already: \`rcc inspect ${path}\` shows its layers. rcc compiles a spec with the weights of the training framework, the file that the export was made from.`
        : `If it is a weights file, \`rcc init ${path}\` writes the spec that it describes; then \`rcc compile SPEC.rn --weights ${path}\`.`,
    cause: 'A file that does not end in .rn stands where a spec is expected.',
    example: 'rcc compile ResNet50_vd_pretrained.pdparams',
    cure: 'Name the spec, and give the weights with --weights. `rcc init WEIGHTS` writes a spec from a weights file.',
  }),
  'one-model-needed': row<{ path: string; models: readonly string[] }>({
    severity: 'error',
    message: ({ path, models }) =>
      `'${path}' holds ${models.length} models; this command takes one.`,
    hint: ({ models }) =>
      models.length > 0 ? `Name one: ${listText(models, ', ', mostNamed)}.` : undefined,
    cause: 'The file or folder holds several models, and the command is about one.',
    cure: 'Write the model behind the file: `FILE.rn#NAME`.',
  }),
  'no-spec-there': row<{ where: string; found: readonly string[] }>({
    severity: 'error',
    message: ({ where }) => `There is no spec (.rn) in ${where}.`,
    hint: ({ found }) =>
      `${found.length > 0 ? `What is there: ${listText(found, ', ', mostNamed)}. ` : ''}\`rcc list\` shows the specs that come with rcc; \`rcc init WEIGHTS\` writes one.`,
    cause: 'A folder or a pattern stands for the specs in it, and there are none.',
    example: "rcc compile 'models/*.rn'",
    cure: 'Give a folder that holds .rn files, a .rn file, or the name of a spec that comes with rcc.',
  }),
  'no-spec-called': row<{ words: string; nearest: readonly string[] }>({
    severity: 'error',
    message: ({ words }) => `No spec that comes with rcc is called '${printable(words)}'.`,
    hint: ({ nearest }) =>
      nearest.length > 0 ? `Did you mean ${listText(nearest)}?` : '`rcc list timm` shows a folder.',
    cause: 'The words of `rcc list` choose the specs whose names hold all of them.',
    example: 'rcc list resnext vd',
    cure: 'Give fewer or shorter words; without any `rcc list` shows the published networks.',
  }),
  'weights-for-several-specs': row<{ count: number }>({
    severity: 'error',
    message: ({ count }) => `--weights gives one file for ${count} models.`,
    hint: () => 'Compile them one at a time, or name each file in its spec with `weights "…"`.',
    cause: 'The weights of a network fit that network only.',
    cure: 'Give one spec, or put a `weights` property into each.',
  }),
  'model-twice': row<{ model: string }>({
    severity: 'error',
    message: ({ model }) =>
      `Two models are named '${model}': their artifacts would overwrite each other.`,
    cause:
      'An artifact lies in <model>/<precision>, so that two models of one name have one folder.',
    cure: 'Rename one of them, or compile them with different -o.',
  }),
  'unknown-pass': row<{ pass: string; known: readonly string[]; nearest: string | undefined }>({
    severity: 'error',
    message: ({ pass }) => `There is no pass '${pass}'.`,
    hint: ({ known, nearest }) =>
      nearest ? `Did you mean '${nearest}'?` : `The passes are ${listText(known)}.`,
    cause: '--print-after takes the name of a pass, or `lower` for the graph before the first.',
    cure: 'Take one of the names in the hint.',
  }),
  'expectation-failed': row<{
    model: string;
    figure: 'params' | 'flops';
    expected: string;
    actual: number;
  }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, figure, expected, actual }) =>
      `${model} expects ${figure} ${expected}, but the network has ${actual.toLocaleString('en-US')}.`,
    cause:
      'The figures under `expect` are a contract; the network that the spec describes has others. flops are 2 × MACs, one for each batch-norm output and the window size for each pooling output.',
    cure: 'Correct the property that makes the network another one, or the expected figure.',
  }),
  'weights-synthetic': row<{ model: string; seed: number }>({
    severity: 'note',
    message: ({ model, seed }) =>
      `${model} has no weights file: made-up weights (seed ${seed}) are fit for timing only.`,
    hint: () => 'Give a file with --weights, or `weights "…"` in the spec.',
    cause: 'Neither the command line nor the spec names a weights file.',
    example: 'rcc compile specs/resnet50.rn',
    cure: 'Give trained weights; made-up ones answer nonsense. The manifest says so, too.',
  }),
  'weights-key-without-file': row<{ key: string }>({
    severity: 'error',
    message: ({ key }) => `--weights-key ${printable(key)} needs a weights file.`,
    hint: () => 'Give one with --weights FILE, or name it in the spec.',
    cause: 'A key chooses one of the networks in a file; made-up weights are in none.',
    example: 'rcc compile resnet50.rn --weights-key ema',
    cure: 'Add --weights FILE, or leave --weights-key out.',
  }),
  'weights-note': row<{ file: string; note: string }>({
    severity: 'note',
    message: ({ file, note }) => `${file}: ${note}`,
    cause: 'Something was assumed or left out while the weights were read.',
    example: 'A checkpoint in which every name begins with "module.".',
    cure: 'Nothing, where the sentence is as you expect.',
  }),
  'verdict-scope': row<{ model: string }>({
    severity: 'note',
    message: ({ model }) =>
      `'${model}' was compared with its own unfolded graph: that shows the conversion, not that epsilon, strides, pools, activation and preprocessing are those of the training.`,
    hint: () =>
      "`rcc verify SPEC --input X.npy --logits Y.npy` with the framework's own logits does; a `reference` in the spec makes it part of every compile.",
    cause:
      'Names and shapes of weights do not tell everything about a network. A graph that repeats a wrong assumption agrees with itself.',
    example: 'rcc compile resnet50.rn --weights resnet50.pth',
    cure: 'Save an input and the logits of the framework once, and name them as the reference of the spec.',
  }),
  'weights-other-channels': row<{ file: string; channels: number; inputChannels: number }>({
    severity: 'error',
    message: ({ file, channels, inputChannels }) =>
      `--input has ${channels} channels, the first convolution of '${printable(file)}' takes ${inputChannels}.`,
    hint: ({ inputChannels }) =>
      `Give the sides alone, \`--input 224\`, or ${inputChannels} channels.`,
    cause: 'The channels of the input are those of the first convolution; only the sides are free.',
    example: 'rcc init resnet50.pth --input 1x224x224',
    cure: 'Leave the channels away.',
  }),
  'weights-neighbour-disagrees': row<SaidBeside & { count: number }>({
    severity: 'warning',
    message: ({ count, ...said }) =>
      `${saidBeside[said.kind].where(said)} says otherwise than the spec in ${count} ${count === 1 ? 'property' : 'properties'}.`,
    hint: ({ kind }) => `Write the properties as the ${kind} says, or ${saidBeside[kind].cure}.`,
    cause:
      'A configuration of timm, transformers or PaddleClas or a list of labels in the folder of the weights, the name of their file, or texts in it describe another network or other preprocessing.',
    example: 'config.json has a crop_pct of 0.95, the spec resizes to 256.',
    cure: '`rcc init WEIGHTS` writes a spec that follows the files beside the weights.',
  }),
  'weights-hidden-feature': row<SaidBeside & { feature: string }>({
    severity: 'warning',
    message: ({ feature, ...said }) =>
      `${saidBeside[said.kind].where(said)} speaks of ${printable(feature)}; the spec does not, and the weights have the names and shapes of a network without it.`,
    hint: () =>
      "`rcc verify SPEC --input X.npy --logits Y.npy` with the framework's own logits shows whether the network is another.",
    cause:
      'Dilations, which `dilations` says, or another activation, which no spec says, leave no trace in names and shapes: the file fits, and the logits are wrong.',
    example: 'rcc compile resnet50_vd.rn --weights resnet50d_silu.safetensors',
    cure: 'Use a network without the feature, or compare with the logits of the framework.',
  }),
  'labels-count': row<{ file: string; count: number; classes: number }>({
    severity: 'error',
    message: ({ file, count, classes }) => `'${file}' has ${count} labels for ${classes} classes.`,
    cause: 'A labels file has one label a line, in the order of the classes.',
    cure: 'Take the labels file that belongs to the weights, or correct `classes`.',
  }),
  'float16-clamped': row<{ tensorCount: number }>({
    severity: 'warning',
    message: ({ tensorCount }) =>
      `${tensorCount} ${tensorCount === 1 ? 'tensor has' : 'tensors have'} values beyond float16; they were written as ±65504.`,
    hint: () => 'Compile with --fp32, or look at the batch norms with the largest scales.',
    cause: 'Folding batch norm made weights that float16 cannot hold.',
    cure: 'Use float32, or repair the statistics of the batch norms that the details name.',
  }),
  'timing-unstable': row<{ model: string; precision: string }>({
    severity: 'warning',
    message: ({ model, precision }) =>
      `The times of ${model} ${precision} were not steady: compare them with nothing.`,
    hint: () =>
      'Close other programs and measure longer: `rcc bench --duration 10000`. On Linux `taskset -c 0,1 rcc …` keeps a run on its cores; a GPU holds its clock by `nvidia-smi --lock-gpu-clocks`.',
    cause:
      'Few runs were timed, or they differ by more than the machine’s usual noise: other programs, a clock that went down, an engine that was not warm yet.',
    cure: 'End other programs and measure again, longer: `rcc bench --duration 10000`.',
  }),
  'verification-failed': row<{ model: string; precision: string; reason: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, precision, reason }) =>
      `${model} ${precision} does not compute what it should. ${reason}`,
    hint: ({ precision }) =>
      precision === 'int8'
        ? '`rcc verify --bisect` finds the layer; more pictures, --calibration-algorithm percentile, mse or max, or --int8-keep may help.'
        : undefined,
    cause: 'What the engine computed is further from the reference than its precision explains.',
    cure: 'Check that weights, reference input and preprocessing belong together. With no reference at hand it is the engine: report it with the manifest.',
  }),
  'artifact-withheld': row<{ model: string; directory: string }>({
    severity: 'warning',
    message: ({ model, directory }) =>
      `${model} failed its check and was not written: '${directory}' is as it was.`,
    hint: () => '--no-verify writes it without a check.',
    cause:
      'What is written is judged before it gets its name, so that no engine that computes something else lies where one is looked for.',
    cure: 'Do what the errors say. `rcc verify` makes the model again and tells more.',
  }),
  'outputs-not-finite': row<{ model: string; precision: string; extent: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, precision, extent }) =>
      `${model} ${precision} answers NaN or infinity: ${extent}.`,
    hint: () => '`rcc verify --bisect` names the first layer where it happens.',
    cause:
      'Numbers left the range of the precision on the way through the network. Such answers agree with nothing, and no accuracy or time of them is worth telling.',
    cure: 'For fp16 keep the layer in float32 (--keep-fp32); for fp32 look at its weights, and at the preprocessing.',
  }),
  'expected-not-finite': row<{ model: string; against: string; count: number; total: number }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, against, count, total }) =>
      `${model} cannot be judged against ${against}: ${count} of its ${total} numbers are NaN or infinite.`,
    hint: () =>
      '`rcc verify --bisect` names the first layer where the network as trained does that.',
    cause:
      'The network as trained, or the framework that the reference is of, computes no numbers for this input.',
    cure: 'Look at the weights and the input. A reference with NaN has to be made again.',
  }),
  'reference-incomplete': row<object>({
    severity: 'error',
    message: () => '--input and --logits, or --outputs, belong together, for one spec.',
    cause: 'A reference is an input and what the framework answered for it.',
    cure: 'Give both files and one spec, or put `reference { input "x.npy" logits "y.npy" }` into each spec.',
  }),
  'reference-not-golden': row<{
    file: string;
    hasGolden: boolean;
    hasClasses: boolean;
    outputs: number;
  }>({
    severity: 'error',
    message: ({ file, hasGolden, hasClasses }) => {
      const none = hasClasses
        ? 'its spec had no reference of its weights'
        : 'a manifest tells answers of classes, and this model has none';
      const why = hasGolden ? 'its reference is another input' : none;
      return `The artifact's manifest tells no answer for '${file}': ${why}.`;
    },
    hint: ({ hasClasses, outputs }) =>
      `Give the answer as well: ${hasClasses && outputs === 1 ? '--logits Y.npy' : '--outputs Y.npz'}.`,
    cause:
      '--input alone is the input whose SHA-256 and answer stand in `reference` of the manifest.',
    cure: 'Name the first file of the `reference` of the spec, or give --logits or --outputs with it; without all of them a seeded input is asked.',
  }),
  'reference-shape': row<{
    file: string;
    shape: readonly number[];
    needed: readonly (number | string)[];
  }>({
    severity: 'error',
    message: ({ file, shape, needed }) =>
      `'${file}' has the shape ${list(shape)}; ${list(needed)} is needed.`,
    cause: 'The reference was made for another input size, number of classes or batch.',
    cure: 'Make the reference with this network, or correct `input` and `classes` in the spec.',
  }),
  'unknown-name': row<{ name: string; nearest: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `There is no diagnostic and no property named '${name}'.`,
    hint: ({ nearest }) => (nearest ? `Did you mean '${nearest}'?` : undefined),
    cause: '`rcc explain` takes the code of a diagnostic or the name of a property.',
    cure: 'Copy the code from the diagnostic: it stands in brackets behind the severity.',
  }),
} as const;
