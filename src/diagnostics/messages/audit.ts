import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** `reformat, 8.7 % of the time`; the time only where it is known. */
const weighed = (what: string, share: string | undefined): string =>
  share ? `${what}, ${share} of the time` : what;

export const auditMessages = {
  'audit-no-layers': row<{ file: string }>({
    severity: 'error',
    message: ({ file }) => `'${file}' holds no list of layers.`,
    hint: () =>
      'trtexec writes one with --exportLayerInfo=FILE, TensorRT-RTX into its verbose build log.',
    cause:
      'The file is neither layer information of trtexec, nor a build log of TensorRT-RTX, nor a layers.json of rcc, or it was cut off before its first layer.',
    example: 'rcc audit profile.json',
    cure: 'Give the folder of an artifact, or a file that one of these tools wrote.',
  }),
  'audit-profile-ambiguous': row<{ profile: string; count: number }>({
    severity: 'error',
    message: ({ profile, count }) =>
      `'${profile}' holds the times of one engine, and ${count} lists of layers are to be judged.`,
    hint: () =>
      'Give the one list that it belongs to: rcc audit FOLDER/layers.b4.json --profile FILE.',
    cause: 'A profile has no name of its engine in it; its times belong to one list of layers.',
    example: 'rcc audit one two --profile layer-times.json',
    cure: 'Audit one list at a time.',
  }),
  'audit-impossible': row<{ reason: string }>({
    severity: 'warning',
    message: ({ reason }) =>
      `Whether the engine is fused and in its precision is not known: ${reason}`,
    cause: 'The compiler built an engine but left no list of layers that rcc can read.',
    cure: 'Look at the log of the build; the engine can be verified and timed all the same.',
  }),
  'audit-precision-unknown': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) =>
      `Beside '${path}' is no manifest that says in which precision it was to be built.`,
    hint: () => 'Say it: --fp32, --fp16, --int8 or --fp8.',
    cause: 'A layer list says what an engine became, not what it was meant to be.',
    example: 'rcc audit layers.json',
    cure: 'Give the precision, or the folder of an artifact that rcc compiled.',
  }),
  'audit-residual-unfused': row<{ block: string; part: string; layer: string; reason?: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ block, part, layer, reason }) =>
      `${block}: its ${part} is a kernel of its own, '${layer}'${reason ? `: ${reason}` : ''}.`,
    hint: () => 'Convolution, Add and Relu must follow each other directly, each read once.',
    cause:
      'A residual block should end in one kernel that convolves, adds and clips. Here the sum was written to memory and read again.',
    example: 'rcc audit build/resnet50_vd/int8',
    cure: 'Take out what stands between convolution and Add (the finding names it), do not read the convolution’s output twice, and quantise only the shortcut’s operand. TensorRT-RTX 1.7 keeps the quantisation of INT8 graphs in kernels of its own: build FP16 for it.',
  }),
  'audit-residual-unclear': row<{ block: string }>({
    severity: 'warning',
    message: ({ block }) => `${block}: no layer of the list shows where its Add is computed.`,
    cause: 'The list names layers too coarsely, or it belongs to another model.',
    cure: 'Build with --profilingVerbosity=detailed and export the layer information again.',
  }),
  'audit-residual-float': row<{ block: string; asked?: string; type: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ block, asked = 'INT8', type }) =>
      `${block}: the engine is ${asked}, but the block writes ${type}, which its readers must quantise again.`,
    hint: () =>
      'Quantise the shortcut’s operand of each Add and the input of the global pool, one quantiser a tensor.',
    cause:
      'The precision of a fused convolution and Add follows the shortcut’s operand. Where that is float, the result is float and a quantiser of its own follows: such an engine is no faster than FP16.',
    example: 'rcc audit build/resnet18/int8',
    cure: 'Place quantisers as rcc compile --int8 does.',
  }),
  'audit-precision-missed': row<{ asked: string; count: number; of: number; found: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ asked, count, of, found }) =>
      `Only ${count} of ${of} convolutions and matrix products compute in ${asked}; the others in ${found}.`,
    hint: () => 'From TensorRT 11 on the precision is in the graph: build a typed model.onnx.',
    cause:
      'The engine was built in another precision than was asked for. A FP32 graph given to a strongly typed builder stays FP32, without a word.',
    cure: 'Compile with rcc compile --fp16 (or --int8), which writes the types into the graph.',
  }),
  'audit-layer-precision': row<{ layer: string; asked: string; found: string }>({
    severity: 'warning',
    message: ({ layer, asked, found }) => `${layer} computes in ${found} and not in ${asked}.`,
    cause: 'The builder had no kernel in the precision, or found another one faster.',
    cure: 'Where the graph is typed, look for a cast before the node.',
  }),
  'audit-tf32': row<{ count: number }>({
    severity: 'warning',
    message: ({ count }) =>
      `${count} ${count === 1 ? 'kernel computes' : 'kernels compute'} FP32 as TF32, with a mantissa of 10 bits.`,
    hint: () => 'FP32 proper needs --noTF32; rcc gives it unless --tf32 is asked for.',
    cause: 'On compute capability 8.0 and later TensorRT may round the inputs of FP32 products.',
    cure: 'Build without TF32, or take the engine as TF32.',
  }),
  'audit-tf32-unwanted': row<{ count: number }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ count }) =>
      `${count} ${count === 1 ? 'kernel computes' : 'kernels compute'} FP32 as TF32, with a mantissa of 10 bits, although the engine was to be FP32 proper.`,
    hint: () =>
      'Take the engine as TF32 with --tf32, or say which release does this with --noTF32.',
    cause:
      'rcc builds FP32 with --noTF32 unless --tf32 is given; the builder took TF32 kernels all the same.',
    cure: 'Compile with --tf32 if its 10 bits are enough, or use another release of TensorRT.',
  }),
  'audit-float32-left': row<{ count: number; of: number; names: readonly string[] }>({
    severity: 'note',
    message: ({ count, of, names }) =>
      `${count} of ${of} kernels inside the engine read float32: ${listText(names)}.`,
    cause:
      'What is not quantised is computed in the type that the graph gives it, or in one that the builder chose. float32 is twice as much to move as float16.',
    example: 'rcc audit build/resnet50_vd/int8',
    cure: 'Where the graph was written with --int8-rest fp32, leave that out; where it is float16, the builder converts by itself, and nothing is to be done.',
  }),
  'audit-float-output': row<{ layer: string; asked?: string; found: string; share?: string }>({
    severity: 'warning',
    message: (p) =>
      `${p.layer} computes in ${p.asked ?? 'int8'} but writes ${p.found}${p.share ? ` (${p.share} of the time)` : ''}; what follows runs in that type or quantises it again.`,
    cause: 'No quantiser follows the convolution directly, so its result is stored in float.',
    cure: 'Quantise the tensor that the next convolution or pool reads: for the stem, before the max pool.',
  }),
  'audit-stray-layer': row<{ layer: string; kind: string; share?: string }>({
    severity: 'warning',
    message: (p) => `'${p.layer}' only serves other layers (${weighed(p.kind, p.share)}).`,
    cause:
      'A kernel that converts, pads, quantises or adds up between the network’s own layers. Each costs a pass through memory and a launch.',
    cure: 'Look at the node it belongs to: a form that the compiler fuses better may be known (docs/forms.md).',
  }),
  'audit-network-layer': row<{ layer: string; kind: string; node: string; share?: string }>({
    severity: 'note',
    message: (p) =>
      `'${p.layer}' is what the network asks for at '${p.node}' (${weighed(p.kind, p.share)}): no convolution takes it in.`,
    cause:
      'Attention, parts that are cut and joined, group norm and blur filters are kernels of their own in the best engine too.',
    cure: 'Nothing has to be done. docs/forms.md tells what each of them costs and which forms were tried.',
  }),
  'audit-edge-layer': row<{ layer: string; kind: string; side: string; share?: string }>({
    severity: 'note',
    message: (p) =>
      `'${p.layer}' brings the ${p.side} into the form the engine computes in (${weighed(p.kind, p.share)}).`,
    cause: 'FP32 pictures have to be converted and laid out once; so have the results.',
    cure: 'Nothing has to be done. An input in the engine’s own type and layout saves it.',
  }),
  'audit-unwanted-node': row<{ node: string; op: string; place: string }>({
    severity: 'warning',
    message: ({ node, op, place }) => `${op} '${node}' stands ${place}.`,
    hint: () => 'A compiler may see through it; that it does is its choice, release by release.',
    cause: 'The graph holds a node that a ResNet for inference does not need.',
    cure: 'Write the graph with rcc compile, which folds and removes such nodes.',
  }),
  'audit-second-reader': row<{ value: string; reader: string }>({
    severity: 'warning',
    message: ({ value, reader }) =>
      `'${value}' is read by ${reader} too, so it has to be written to memory.`,
    cause: 'A value inside a convolution, Add and Relu chain is needed outside of it.',
    cure: 'Take the second reader, or the debug output, out of the graph that is built.',
  }),
  'audit-no-tensor-cores': row<{ layer: string; tactic: string; share?: string }>({
    severity: 'warning',
    message: (p) =>
      `${p.layer} does not run on tensor cores (${weighed(`kernel '${p.tactic}'`, p.share)}).`,
    cause:
      'The builder took a kernel whose name shows no tensor-core instruction, often because channels are no multiple of 4, 8 or 32.',
    cure: 'For the first layer this is common; elsewhere check the widths of the spec.',
  }),
  'audit-padded-channels': row<{ layer: string; channels: number; stored: number }>({
    severity: 'note',
    message: ({ layer, channels, stored }) =>
      `${layer} reads ${channels} channels stored as ${stored}.`,
    cause: 'Tensor cores read channels in multiples of 4, 8, 16 or 32.',
    cure: 'Nothing has to be done for the network’s input.',
  }),
  'audit-node-missing': row<{ node: string; op: string }>({
    severity: 'warning',
    message: ({ node, op }) => `No convolution or matrix layer of the list names ${op} '${node}'.`,
    cause: 'The layer was renamed, merged or computed in a kernel of another kind.',
    cure: 'Build with --profilingVerbosity=detailed, so that layers carry their ONNX nodes.',
  }),
  'audit-wrong-model': row<{ missing: number; of: number }>({
    severity: 'error',
    message: ({ missing, of }) =>
      `${missing} of the model’s ${of} convolutions and matrix products are in no layer: the list belongs to another model.`,
    cause: 'The layer list was not written for the model.onnx that it is compared with.',
    cure: 'Export the layer information of the engine that was built from this model.',
  }),
  'audit-opaque-layer': row<{ layer: string }>({
    severity: 'warning',
    message: ({ layer }) => `What '${layer}' is made of is not shown.`,
    cause: 'The list gives one row for a part of the network that was compiled as a whole.',
    cure: 'Build with --profilingVerbosity=detailed and a newer release.',
  }),
  'audit-names-only': row<Record<string, never>>({
    severity: 'warning',
    message: () => 'The list holds names only: types, layouts and kernels cannot be judged.',
    hint: () => 'Build with --profilingVerbosity=detailed.',
    cause: 'Details are kept in an engine only if that is asked for when it is built.',
    cure: 'Build the engine again with detailed profiling verbosity; rcc does.',
  }),
  'audit-list-incomplete': row<Record<string, never>>({
    severity: 'warning',
    message: () => 'The list was cut off or is damaged; only what could be read was judged.',
    cause: 'The tool was stopped while it wrote, the disk was full, or lines were lost.',
    cure: 'Export it again.',
  }),
  'audit-no-blocks': row<Record<string, never>>({
    severity: 'warning',
    message: () => 'No residual block was found, so nothing could be said about their fusion.',
    cause: 'The model has none, or the list shows neither names nor tensors to find them by.',
    cure: 'Give the model.onnx that the engine was built from.',
  }),
} as const;
