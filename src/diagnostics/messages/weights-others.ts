import { row } from '../message-row.ts';
import { printable } from '../printable.ts';
import { commandFor } from '../quoted.ts';
import type { InFile } from './weights-tensors.ts';

interface OtherFormat {
  /** After "is". */
  readonly is: string;
  /** FILE stands for the file's name. */
  readonly cure: string;
}

const tensorFlowCure =
  'rcc reads weights of Paddle and PyTorch. In Python: numpy.savez("weights.npz", **{name: value}) with the names of torchvision and convolutions turned from [h, w, in, out] into [out, in, h, w].';

const programOfText =
  'rcc compile takes a spec (.rn) as first argument and the file with the tensors as --weights.';

/** Files of other frameworks and of other purpose, as they are recognised. */
const otherFormats = {
  'tensorflow-index': {
    is: "the index of a TensorFlow checkpoint; the numbers are in '.data-…' beside it",
    cure: tensorFlowCure,
  },
  'tensorflow-data': {
    is: "the data of a TensorFlow checkpoint; its names are in '.index' beside it",
    cure: tensorFlowCure,
  },
  'tensorflow-graph': {
    is: 'a graph of TensorFlow (GraphDef or SavedModel)',
    cure: tensorFlowCure,
  },
  tflite: {
    is: 'a TensorFlow Lite model',
    cure: 'It has lost the names of the parameters: give the checkpoint that it was made from.',
  },
  keras: {
    is: 'a Keras model (.keras)',
    cure: 'The weights are in model.weights.h5 inside it, which rcc does not read. In Python: numpy.savez("weights.npz", **tensors) under the names of torchvision.',
  },
  flax: {
    is: 'a msgpack file (Flax)',
    cure: 'In Python: flax.serialization.msgpack_restore, then numpy.savez("weights.npz", **tensors) under the names of torchvision, convolutions turned from [h, w, in, out] into [out, in, h, w].',
  },
  tensorrt: {
    is: 'a built TensorRT engine',
    cure: 'It is the result of a compilation and holds no weights that can be taken out: give the checkpoint that it was built from.',
  },
  openvino: {
    is: 'a model of OpenVINO',
    cure: 'It has lost the names of the parameters: give the checkpoint that it was made from.',
  },
  gguf: {
    is: 'a GGUF file (llama.cpp)',
    cure: 'It is a format of language models; rcc compiles ResNets from .pdparams, .pth, .safetensors or .npz.',
  },
  caffe: {
    is: 'a Caffe model',
    cure: 'Convert it: numpy.savez("weights.npz", **tensors) under the names of torchvision.',
  },
  mxnet: {
    is: 'a file of MXNet parameters',
    cure: 'In Python: numpy.savez("weights.npz", **{name: array.asnumpy()}) under the names of torchvision.',
  },
  'paddle-program': {
    is: 'the program of a static Paddle model; the numbers are in the .pdiparams file of its name',
    cure: 'Give that .pdiparams, with NAME.pdiparams.info (Paddle 2) or NAME.json (Paddle 3) beside it, or the .pdparams of the training.',
  },
  joblib: {
    is: 'a file of joblib, which writes arrays between the parts of a pickle',
    cure: 'In Python: numpy.savez("weights.npz", **joblib.load(FILE)); this runs what is in the file, so only where you trust its source.',
  },
  json: { is: 'JSON text, not weights', cure: programOfText },
  text: { is: 'a text file, not weights', cure: programOfText },
} as const satisfies Readonly<Record<string, OtherFormat>>;

export type OtherFormatName = keyof typeof otherFormats;

export const otherFormatNames = Object.keys(otherFormats) as readonly OtherFormatName[];

export const weightsOtherMessages = {
  'weights-other-format': row<InFile & { readonly format: OtherFormatName }>({
    severity: 'error',
    message: ({ file, format }) => `'${printable(file)}' is ${otherFormats[format].is}.`,
    hint: ({ file, format }) => commandFor(file, otherFormats[format].cure),
    cause: 'The file is none of the formats in which Paddle and PyTorch keep state dicts.',
    example: 'rcc compile resnet50.rn --weights resnet50.tflite',
    cure: 'Give a .pdparams, .pth, .safetensors or .npz file with the parameters under the names of a known scheme.',
  }),
} as const;
