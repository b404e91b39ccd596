import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';

export interface InFile {
  readonly file: string;
}

export interface OfTensor extends InFile {
  readonly tensor: string;
}

export interface BadValue {
  readonly value: string;
  /** Of the element, in the order of the file. */
  readonly index: number;
  /** How many more tensors of the file hold such values. */
  readonly others: number;
}

/** How a framework saves parameters and buffers. */
const stateDictOf = {
  torch: 'torch.save(model.state_dict(), "model.pth")',
  paddle: 'paddle.save(model.state_dict(), "model.pdparams")',
} as const;

/** Who says of a file how its shortcuts project: the beginning of a sentence. */
const shortcutTellers = {
  names: (file: string) => `The names in '${printable(file)}' say`,
  program: (file: string) => `The program beside '${printable(file)}' says`,
} as const;

function andOthers(count: number): string {
  if (count === 0) return '';
  return `, and so ${count === 1 ? 'does another tensor' : `do ${count} other tensors`}`;
}

function tensorIn({ tensor, file }: OfTensor): string {
  return `'${printable(tensor)}' in '${printable(file)}'`;
}

/** What is wrong with the tensors of a file, and where they do not fit the network. */
export const weightsTensorMessages = {
  'weights-tensor-malformed': row<OfTensor & { reason: string }>({
    severity: 'error',
    message: ({ reason, ...where }) => `${tensorIn(where)} is damaged: ${printable(reason)}.`,
    hint: () => 'Fetch the file again and compare its digest with the source.',
    cause: 'Shape, strides and data of the tensor do not agree.',
    example: 'A tensor of shape [64, 3, 7, 7] with 100 bytes of data.',
    cure: 'Fetch or save the file again.',
  }),
  'weights-tensor-type': row<OfTensor & { type: string }>({
    severity: 'error',
    message: ({ type, ...where }) =>
      `${tensorIn(where)} has the type ${printable(type)}, which rcc does not read.`,
    hint: () => 'Convert it to float32 or float16 before saving.',
    cause:
      'rcc reads float16, bfloat16, float32, float64 and the integer types that state dicts have.',
    example: 'A tensor of torch.complex64 or float8.',
    cure: 'Save the state dict in float32, float16 or bfloat16.',
  }),
  'weights-tensor-too-large': row<OfTensor & { sizeBytes: number; limitBytes: number }>({
    severity: 'error',
    message: ({ sizeBytes, limitBytes, ...where }) =>
      `${tensorIn(where)} would take ${sizeBytes} bytes; ${limitBytes} is the limit.`,
    hint: () =>
      'No tensor of a ResNet comes near; the file is for another network, or made to mislead.',
    cause:
      'A shape, or strides of 0, ask for far more memory than any layer of these networks has.',
    example: 'A tensor of shape [100000, 100000] over a storage of one number.',
    cure: 'Check where the file comes from.',
  }),
  'weights-no-state-dict': row<InFile & { found: string }>({
    severity: 'error',
    message: ({ file, found }) =>
      `'${printable(file)}' holds no state dict but ${printable(found)}.`,
    hint: () =>
      'A state dict maps names to tensors: save model.state_dict(), at the top or under "state_dict", "model", "net" or "ema".',
    cause: 'No dict of tensors was found at the top of the file or under one of the usual keys.',
    example: 'torch.save([layer.weight for layer in layers], "weights.pth")',
    cure: 'torch.save(model.state_dict(), "model.pth") or paddle.save(model.state_dict(), "model.pdparams").',
  }),
  'weights-split-parameters': row<InFile>({
    severity: 'error',
    message: ({ file }) =>
      `'${printable(file)}' holds tensors that Paddle cut into slices of 4 GiB.`,
    hint: () => 'Save it with protocol=4, which does not cut.',
    cause: 'At protocols 2 and 3 Paddle cuts arrays of more than 4 GiB; no ResNet has one.',
    example: 'paddle.save(huge_state_dict, "model.pdparams", protocol=2)',
    cure: 'paddle.save(model.state_dict(), "model.pdparams", protocol=4)',
  }),
  'weights-integers': row<OfTensor & { type: string; others: number }>({
    severity: 'error',
    message: ({ type, others, ...where }) =>
      `${tensorIn(where)} has the type ${type} where a trained parameter is wanted${andOthers(others)}: quantised weights without their scale.`,
    hint: () => 'Give the float checkpoint; rcc quantises with --int8.',
    cause:
      'Integers are parameters only together with a scale and a zero point, which rcc does not read from a checkpoint.',
    example: 'A state dict of a network that was quantised for a mobile runtime.',
    cure: 'Compile the float32 or float16 checkpoint that the integers were made from.',
  }),
  'weights-not-finite': row<OfTensor & BadValue>({
    severity: 'error',
    message: ({ value, index, others, ...where }) =>
      `${tensorIn(where)} holds ${value} (element ${index}) in float32${andOthers(others)}.`,
    hint: () =>
      'The training diverged, or the file is damaged; an earlier checkpoint may be sound.',
    cause: 'A network with an infinite or undefined weight computes nothing.',
    example: 'A checkpoint of a training whose loss became NaN.',
    cure: 'Take another checkpoint, or fetch the file again.',
  }),
  'weights-negative-variance': row<OfTensor & BadValue>({
    severity: 'error',
    message: ({ value, index, others, ...where }) =>
      `${tensorIn(where)} is a variance and holds ${value} (element ${index})${andOthers(others)}.`,
    hint: () => 'The file is damaged, or its tensors are under the wrong names.',
    cause: 'A running variance is a mean of squares and never negative.',
    example: 'A file in which running_mean and running_var were exchanged.',
    cure: 'Check how the file was made, or fetch it again.',
  }),
  'weights-names-unknown': row<
    InFile & { examples: readonly string[]; others: number; nearest?: string | undefined }
  >({
    severity: 'error',
    message: ({ file, examples, others }) =>
      `The parameter names in '${printable(file)}' follow no scheme that rcc knows: ${listText(examples.map(printable))}${others > 0 ? ', …' : '.'}`,
    hint: ({ nearest }) =>
      `rcc knows the ResNets of PaddleClas, paddle.vision, torchvision, timm, transformers, mmpretrain, NVIDIA and the CIFAR ones${nearest ? `; nearest is ${nearest}` : ''}.`,
    cause:
      'Weights are bound by name, and fewer than half of the names belong to a ResNet of a known framework.',
    example: 'rcc compile resnet50.rn --weights vit_base.safetensors',
    cure: 'Give the weights of a ResNet, or rename the parameters to a known scheme.',
  }),
  'weights-several-networks': row<
    InFile & { networks: readonly { readonly key: string; readonly tensors: number }[] }
  >({
    severity: 'error',
    message: ({ file, networks }) =>
      `'${printable(file)}' holds ${networks.length} networks, and nothing says which is meant: ${listText(networks.map(({ key, tensors }) => `${printable(key) || 'at the top'} (${tensors} tensors)`))}.`,
    hint: ({ networks }) =>
      `Choose one: \`--weights-key ${printable(networks.find(({ key }) => key)?.key ?? '')}\`, or \`key "…"\` behind the path in the spec.`,
    cause:
      'A checkpoint may hold several networks (two branches, two models of an ensemble), each whole and under a name that tells nothing.',
    example: 'torch.save({"left": left.state_dict(), "right": right.state_dict()}, "pair.pth")',
    cure: 'Name the key or the prefix of the network with --weights-key.',
  }),
  'weights-key-unknown': row<
    InFile & { key: string; known: readonly string[]; nearest: string | undefined }
  >({
    severity: 'error',
    message: ({ file, key }) => `Nothing in '${printable(file)}' is under '${printable(key)}'.`,
    hint: ({ known, nearest }) => {
      if (known.length === 0) return 'Its names stand at the top: leave the key out.';
      const meant = nearest === undefined ? '' : `Did you mean ${printable(nearest)}? `;
      return `${meant}There is: ${listText(known.map(printable))}.`;
    },
    cause: 'A key is a path of dict keys or the beginning of names, its parts joined by dots.',
    example: 'rcc compile resnet50.rn --weights last.ckpt --weights-key ema_model',
    cure: 'Take one of the keys that are there, or leave the key out.',
  }),
  'weights-scheme-mismatch': row<InFile & { pinned: string; found: string | undefined }>({
    severity: 'error',
    message: ({ file, pinned }) =>
      `The parameter names in '${printable(file)}' are not those of ${pinned}, which the spec asks for.`,
    hint: ({ found }) =>
      found ? `They are ${found}'s: write \`weights ${found} "…"\`.` : undefined,
    cause: 'The word before the path in `weights` pins the names that the file must have.',
    example: 'weights paddleclas "resnet50-torchvision.pth"',
    cure: 'Name the right scheme, or leave the word out: the scheme is then recognised.',
  }),
  'unknown-name-scheme': row<{
    scheme: string;
    known: readonly string[];
    nearest: string | undefined;
  }>({
    severity: 'error',
    message: ({ scheme }) => `'${printable(scheme)}' is no name scheme.`,
    hint: ({ known, nearest }) =>
      nearest ? `Did you mean ${nearest}?` : `Known: ${listText(known)}.`,
    cause: 'A name scheme is how a framework names the parameters of these networks.',
    example: 'weights torchvison "resnet50.pth"',
    cure: 'Use one of the known words, or leave it out.',
  }),
  'weights-do-not-fit': row<
    InFile & { scheme: string; missing: number; unexpected: number; misshaped: number }
  >({
    severity: 'error',
    message: ({ file, scheme, ...counts }) =>
      `'${printable(file)}' (${scheme} names) does not fit the spec: ${countsOf(counts)}.`,
    hint: () => '`rcc init WEIGHTS` writes the spec that the file is for.',
    cause:
      'The network of the spec and the network that was trained differ, so parameters are missing, left over or of another shape.',
    example: 'rcc compile specs/resnet18.rn --weights resnet18-torchvision.pth',
    cure: 'Change the spec as the hint says, or give other weights.',
  }),
  'weights-no-statistics': row<InFile & { norms: number; framework: 'torch' | 'paddle' }>({
    severity: 'error',
    message: ({ file, norms }) =>
      `'${printable(file)}' has no running statistics: of its ${norms} norms none has a mean and a variance.`,
    hint: ({ framework }) =>
      `Either they are GroupNorm (timm's resnet50_gn), which the spec says with \`norm group\`; or the file has named_parameters() only: ${stateDictOf[framework]} saves the statistics too.`,
    cause:
      'A batch norm needs the mean and the variance that training measured. They are buffers, which state_dict() has and named_parameters() has not; GroupNorm, LayerNorm and InstanceNorm have none.',
    example: 'torch.save(dict(model.named_parameters()), "model.pth")',
    cure: 'torch.save(model.state_dict(), "model.pth") or paddle.save(model.state_dict(), "model.pdparams"); of a network with GroupNorm, say `norm group` in the spec; for other norms there is no spec.',
  }),
  'weights-other-shortcut': row<
    InFile & { by: keyof typeof shortcutTellers; found: 'projection' | 'avgpool' }
  >({
    severity: 'error',
    message: ({ file, by, found }) =>
      found === 'avgpool'
        ? `${shortcutTellers[by](file)} that its shortcuts pool before they project; the spec's do not.`
        : `${shortcutTellers[by](file)} that its shortcuts project with a stride; the spec's pool first.`,
    hint: ({ found }) => `Write \`shortcut ${found}\` in the spec.`,
    cause:
      'Both kinds of shortcut have the same parameters, but only one computes what was trained. The number in `downsample.N` tells them apart, or the program (.json) beside a .pdiparams file.',
    example: "A spec of variant vb with the weights of timm's resnet50d.",
    cure: 'Write the shortcut that the weights were trained with.',
  }),
  'weights-network-unsupported': row<InFile & { reason: string }>({
    severity: 'error',
    message: ({ file, reason }) =>
      `No spec can describe the network in '${printable(file)}': ${printable(reason)}.`,
    cause:
      'The language describes ResNets with basic and bottleneck blocks and the stems and shortcuts of PaddleClas, torchvision, timm and the CIFAR networks.',
    example: 'rcc init resnext50_32x4d.pth',
    cure: 'Give the weights of a network that the language knows; docs/language.md lists what it can say.',
  }),
} as const;

function countsOf(counts: { missing: number; unexpected: number; misshaped: number }): string {
  const parts = [
    [counts.missing, 'missing'],
    [counts.unexpected, 'not expected'],
    [counts.misshaped, 'of another shape'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `parameters ${listText(told)}`;
}
