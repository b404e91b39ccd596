import { listText } from '../bounds.ts';
import { formatFigure } from '../format-figure.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';

const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`;

export interface Range {
  readonly least: number;
  readonly most: number;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
const rangeText = ({ least, most }: Range): string => `${short(least)} to ${short(most)}`;

export const precisionMessages = {
  'int8-grouped': row<{ model: string; count: number; of: number; title: string }>({
    severity: 'warning',
    message: ({ model, count, of, title }) =>
      `${model}: ${count} of ${of} convolutions are in groups, which ${title} makes no faster on many GPUs.`,
    hint: () => 'Time an FP16 engine beside it: rcc bench --fp16 --int8.',
    cause:
      'A group of few channels does not fill the units that multiply int8 matrices. Users of TensorRT report grouped INT8 convolutions as slow as FP16’s, and slower (NVIDIA/TensorRT issues 1198, 1409, 4529).',
    example: 'rcc compile specs/timm/resnext50_32x4d.rn --int8 --calibrate pictures/',
    cure: 'Take the precision that is faster on your GPU; --int8-keep leaves layers out.',
  }),
  'calibration-data-missing': row<{ model: string }>({
    severity: 'error',
    message: ({ model }) =>
      `${model} cannot be quantised (INT8, FP8) without pictures that show how large its activations get.`,
    hint: () =>
      'Give some hundred pictures like those it will see with --calibrate: a folder, an archive, an .npy of inputs, or an earlier calibration.json.',
    cause:
      'An int8 number is a step of a range, and the range of each activation has to be measured. Ranges that are guessed give a model that answers nonsense.',
    example: 'rcc compile specs/resnet50_vd.rn --int8 --calibrate pictures/',
    cure: 'Take pictures of the training set, from all classes: 500 are plenty, labels are not needed.',
  }),
  'precision-needs-gpu': row<{ precision: string; where: string; least: string }>({
    severity: 'error',
    message: ({ precision, where, least }) =>
      `${precision.toUpperCase()} is for GPUs of compute capability ${least} and later; ${where} does not compute in it.`,
    hint: () =>
      'Take --fp16 or --int8, or name what it is for: --target onnx --trt RELEASE, or --target tensorrt-rtx --compute-capability 8.9.',
    cause:
      'Tensor cores for 8-bit floats came with Ada and Hopper (PTX ISA: sm_89 or higher). TensorRT-RTX refuses such graphs for 7.5 and 8.6.',
    example:
      'rcc compile specs/resnet50_vd.rn --fp8 --target tensorrt-rtx --compute-capability 8.6',
    cure: 'Compile FP8 for a GPU that has it, and another precision for the others.',
  }),
  'precision-not-of-target': row<{
    precision: string;
    target: string;
    able: readonly string[];
  }>({
    severity: 'error',
    message: ({ precision, target }) =>
      `rcc makes no ${precision.toUpperCase()} model for ${target}.`,
    hint: ({ precision, able }) =>
      able.length > 0
        ? `It makes ${precision.toUpperCase()} models for --target ${listText(able)}.`
        : undefined,
    cause:
      'rcc does not make every precision for every target. Some engines lack it: ONNX Runtime has no bfloat16 convolutions on processors. Of others rcc does not ask for it: TensorRT has bfloat16 from 9 on, and rcc writes no graph for it. For OpenVINO the compiler makes bfloat16 of a float32 model.',
    example: 'rcc compile specs/resnet50_vd.rn --bf16 --target onnxruntime',
    cure: 'Take another precision or another target; docs/targets.md has both lists.',
  }),
  'int8-rest-untyped': row<Record<string, never>>({
    severity: 'error',
    message: () =>
      'The int8 graph of this target is float32 between its quantisers; it cannot be fp16.',
    hint: () =>
      'Leave --int8-rest out, or take a target whose builder takes types from the graph: TensorRT from 9.1 on with strong typing, or TensorRT-RTX.',
    cause:
      'onnxruntime’s kernels for int8 read and write float32, and weakly typed releases of TensorRT choose between FP16 and FP32 by themselves.',
    example: 'rcc compile specs/resnet50_vd.rn --int8 --int8-rest fp16 --target onnxruntime',
    cure: 'Leave --int8-rest out: each target has the form that its builder computes best.',
  }),
  'calibration-array': row<{ file: string; found: string; needed: string }>({
    severity: 'error',
    message: ({ file, found, needed }) => `'${file}' is ${found}; ${needed} is needed.`,
    cause: 'An .npy file for calibration holds inputs of the network, normalised.',
    cure: 'Save them with numpy.save as float32, pictures first, in C order.',
  }),
  'calibration-malformed': row<{ file: string; reason: string }>({
    severity: 'error',
    message: ({ file, reason }) => `'${file}' is no calibration of rcc's: ${reason}.`,
    cause: 'The file is JSON, but not what rcc writes as calibration.json.',
    cure: 'Give the calibration.json of an int8 artifact, or pictures to calibrate with.',
  }),
  'calibration-mismatch': row<{ file: string; what: string }>({
    severity: 'error',
    message: ({ file, what }) => `The calibration '${file}' was made with another ${what}.`,
    hint: () => 'Calibrate again with pictures.',
    cause:
      'Ranges belong to one network with its weights, one release of rcc and one algorithm; digests say which.',
    cure: 'Give --calibrate the pictures in place of the file.',
  }),
  'activations-not-finite': row<{ tensor: string; value: string; data: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ tensor, value, data }) => `'${tensor}' becomes ${value} in float32 with ${data}.`,
    hint: () => '`rcc verify --fp32 --bisect` names the first layer where it happens.',
    cause:
      'The network as trained computes NaN or infinity for one of the inputs, whatever the precision.',
    cure: 'Check that weights and preprocessing belong together, and that the weights are trained.',
  }),
  'calibration-unreadable': row<{ description: string; count: number; total: number }>({
    severity: 'error',
    message: ({ description, count: unreadable, total }) =>
      `${unreadable} of ${count(total, 'picture', 'pictures')} cannot be read: ${printable(description)}.`,
    hint: () => 'Replace or remove them; up to a tenth would be left out.',
    cause:
      'More than a tenth of the pictures is damaged, ends early or has the wrong size for the network, so that the rest is another data set than the one that was given.',
    cure: 'Look at the files that are named, and check that the preprocessing of the spec leads to the size of its input.',
  }),
  'calibration-unreadable-left-out': row<{ description: string; count: number; total: number }>({
    severity: 'warning',
    message: ({ description, count: unreadable, total }) =>
      `${unreadable} of ${count(total, 'picture', 'pictures')} cannot be read and ${unreadable === 1 ? 'is' : 'are'} left out: ${printable(description)}.`,
    cause: 'The files named below are damaged, end early, or have the wrong size for the network.',
    cure: 'Replace or remove them.',
  }),
  'calibration-input-not-finite': row<{ description: string; input: number }>({
    severity: 'error',
    message: ({ description, input }) =>
      `${printable(description)}: input ${input}, counted from 0, holds NaN or infinity.`,
    cause: 'A division by zero or an overflow when the inputs were made.',
    cure: 'Make the inputs again from their pictures.',
  }),
  'calibration-constant': row<{ description: string; least: number; most: number }>({
    severity: 'error',
    message: ({ description, least, most }) =>
      `${printable(description)} shows nothing: every channel of every input is one number throughout (${least === most ? short(least) : `${short(least)} to ${short(most)}`}).`,
    hint: () => 'Give pictures like those that the network will see.',
    cause:
      'Ranges are measured on what inputs make of a network; zeros and pictures of one colour make nothing of it.',
    cure: 'Check how the inputs were made: an array that was never filled holds zeros.',
  }),
  'calibration-out-of-range': row<{ description: string; seen: Range; possible: Range }>({
    severity: 'error',
    message: ({ description, seen, possible }) =>
      `${printable(description)} holds numbers from ${rangeText(seen)}; pictures become ${rangeText(possible)} by the preprocessing of the spec.`,
    hint: () =>
      'Prepare the inputs as `preprocess` of the spec says, or give the pictures themselves.',
    cause:
      'Inputs are ((pixel / 255) − mean) / std. Numbers that lie outside of what this gives, by more than the width of its range, were prepared in another way, and an int8 model that is made with them answers nonsense.',
    cure: 'Give --calibrate the pictures in place of the array, or correct `preprocess` where the network was trained otherwise.',
  }),
  'calibration-range-unlikely': row<{ description: string; seen: Range; possible: Range }>({
    severity: 'warning',
    message: ({ description, seen, possible }) =>
      `${printable(description)} holds numbers from ${rangeText(seen)}; pictures become ${rangeText(possible)} by the preprocessing of the spec.`,
    hint: ({ seen }) =>
      seen.least >= 0 && seen.most <= 1
        ? 'They look like pixels of 0 to 1: subtract the mean and divide by the standard deviation of `preprocess`.'
        : undefined,
    cause:
      'Inputs are ((pixel / 255) − mean) / std. These are noise, or were prepared in another way than the spec says.',
    cure: 'Nothing where they are meant; else give --calibrate the pictures in place of the array.',
  }),
  'calibration-few-images': row<{ images: number }>({
    severity: 'warning',
    message: ({ images }) =>
      `${count(images, 'picture is', 'pictures are')} little to calibrate with; 500 are usual.`,
    cause: 'Ranges come from what the pictures show; fewer than 100 show little.',
    cure: 'Give more, from all classes. Nothing where the int8 model is accurate enough.',
  }),
  'calibration-dead-tensors': row<{ tensorCount: number }>({
    severity: 'note',
    message: ({ tensorCount }) =>
      `${count(tensorCount, 'tensor was', 'tensors were')} 0 throughout the calibration; ${tensorCount === 1 ? 'its' : 'their'} range is taken as 1.`,
    cause: 'No picture made any of these activations differ from 0.',
    cure: 'Check weights and preprocessing where that is not what the network was trained to do.',
  }),
  'calibration-noise': row<{ model: string }>({
    severity: 'note',
    message: ({ model }) =>
      `The made-up weights of ${model} are calibrated on seeded noise: fit for timing only.`,
    cause: 'There are neither trained weights nor pictures.',
    cure: 'Give both for a model that is to be used.',
  }),
  'float16-range-near': row<{ block: string; largest: number; limit: number }>({
    severity: 'warning',
    message: ({ block, largest, limit }) =>
      `${block} holds numbers up to ${largest.toPrecision(4)}, where float16 is coarser than ${limit / 1024}.`,
    hint: ({ block }) => `Keep it in float32 with --keep-fp32 ${block}, and compare accuracies.`,
    cause:
      'float16 has 11 bits of precision: from 512 on its steps are a half and more (the limit of NVIDIA’s AutoCast).',
    cure: 'Nothing where `rcc eval` shows no loss of accuracy; else keep the block in float32.',
  }),
  'float16-range-beyond': row<{ block: string; largest: number; blocks: readonly string[] }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ block, largest }) =>
      `${block} holds numbers up to ${largest.toPrecision(4)}; float16 ends at 65504.`,
    hint: ({ blocks }) => `Keep it in float32: --keep-fp32 ${blocks.join(',')}`,
    cause:
      'Activations or weights beyond float16 become infinite on the device, and the answers NaN. A processor that computes the float16 graph in float32 does not show it.',
    cure: 'Keep the blocks in float32, or repair the batch norms whose scale is far off.',
  }),
  'float16-rest-beyond': row<{
    block: string;
    largest: number;
    precision: string;
    data: string;
    option: string | undefined;
  }>({
    severity: 'warning',
    message: ({ block, largest, precision, data }) =>
      `${block} holds numbers up to ${largest.toPrecision(4)} with ${data}; float16, in which an ${precision} graph computes between its quantisers, ends at 65504.`,
    hint: ({ option, precision }) =>
      option === undefined
        ? `Take --fp16 with --keep-fp32, or --int8 with --int8-rest fp32: ${precision} has no rest in float32.`
        : `Keep what is between the quantisers in float32: ${option}`,
    cause:
      'What is not quantised is computed in float16, and numbers beyond it become infinite there. Where a builder merges a layer with the quantisers around it, nothing is stored as float16 in between, and the device may answer well all the same.',
    cure: 'Compare accuracies on the device, or keep the rest in float32, or repair the batch norms whose scale is far off.',
  }),
  'layer-pattern-unknown': row<{
    option: string;
    pattern: string;
    nearest: string | undefined;
    known: readonly string[];
  }>({
    severity: 'error',
    message: ({ option, pattern }) => `${option} '${pattern}' fits no layer of this network.`,
    hint: ({ nearest, known }) =>
      nearest ? `Did you mean '${nearest}'?` : `Its blocks are ${listText(known)}.`,
    cause:
      'Layers are picked by whole parts of their paths: stem, stage4, stage1/block0, conv2, fc; * stands for any letters of a part.',
    example: 'rcc compile SPEC.rn --fp16 --keep-fp32 "stage4,head"',
    cure: '`rcc inspect SPEC.rn` lists the paths.',
  }),
  'input-form-channels': row<{ form: string; channels: number }>({
    severity: 'error',
    message: ({ form, channels }) =>
      `Input form ${form} has three colours, and the network reads ${channels} channels.`,
    hint: () => 'Take --input-type uint8-nhwc.',
    cause: 'Four bytes a pixel are red, green, blue and alpha.',
    cure: 'Take another input type.',
  }),
  'precision-option-idle': row<{ option: string; able: readonly string[] }>({
    severity: 'warning',
    message: ({ option, able }) => {
      const names = able.map((name) => `--${name}`);
      return `${option} changes nothing without ${listText(names, ' or ')}.`;
    },
    cause: 'The option belongs to a precision that was not asked for.',
    cure: 'Give the precision too, or leave the option out.',
  }),
  'bisection-not-finite': row<{ model: string; stage: string; node: string; count: number }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, stage, node, count: values }) =>
      `${model}, ${stage}: '${node}' is the first node that makes NaN or infinity, in ${count(values, 'value', 'values')}.`,
    cause:
      'The network was run node by node on one picture. float16 ends at 65504: what is larger becomes infinite. `as trained` is the network in float32, before anything was done to it.',
    cure: 'For fp16 keep the layer in float32 (--keep-fp32); for a network as trained look at the weights of the layer and those before it, and at the input.',
  }),
  'bisection-found': row<{
    model: string;
    stage: string;
    node: string;
    error: number;
    bound: number;
  }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ model, stage, node, error, bound }) =>
      `${model}, ${stage}: '${node}' is the first node out of bounds, with an error of ${formatFigure(error)} (allowed: ${formatFigure(bound)}).`,
    cause:
      'The network was run node by node in float32 as trained and in this form, on the same input. The error is that of all values of the node’s output, root mean square, against their own.',
    cure: 'For fp16 and int8 keep the layer in float32 (--keep-fp32, --int8-keep); for fp32 look at its weights. If nothing is wrong with them, report it with the manifest.',
  }),
} as const;
