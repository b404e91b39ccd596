import { ownValue } from '../../collections/own-value.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';
import { quoted } from '../quoted.ts';
import type { InFile, OfTensor } from './weights-tensors.ts';

/** How Python reads a file: torch.save's, or a pickle of its own. */
export type PickleContainer = 'torch' | 'pickle';

/** What Python takes out of the file that the user has: under a key that says so a state dict, otherwise a module. */
function stateDictOf(file: string, container: PickleContainer, key: string | undefined): string {
  const load =
    container === 'torch'
      ? `torch.load(${quoted(file)}, map_location="cpu", weights_only=False)`
      : `pickle.load(open(${quoted(file)}, "rb"))`;
  if (key === undefined) return `${load}.state_dict()`;
  const value = `${load}[${quoted(key)}]`;
  return /state_dict|params|weights/.test(key) ? `dict(${value})` : `${value}.state_dict()`;
}

const runsCode = 'This runs the code that the file names: do it only with a file that you trust.';

/** What rcc has no numbers for, by the function of torch that makes it. */
const tensorKinds: Readonly<Record<string, { readonly is: string; readonly cure: string }>> = {
  _rebuild_qtensor: {
    is: 'a quantised tensor',
    cure: 'Give the checkpoint of the float model that was quantised; rcc quantises with --int8.',
  },
  _rebuild_sparse_tensor: {
    is: 'a sparse tensor',
    cure: 'Save it dense: {name: tensor.to_dense() for name, tensor in state_dict.items()}',
  },
  _rebuild_sparse_csr_tensor: {
    is: 'a sparse tensor',
    cure: 'Save it dense: {name: tensor.to_dense() for name, tensor in state_dict.items()}',
  },
  _rebuild_meta_tensor_no_storage: {
    is: 'a tensor of the device "meta", which has no numbers',
    cure: 'Load the weights into the model before it is saved: model.to_empty(device="cpu"), then model.load_state_dict(…).',
  },
};

function tensorKind(object: string) {
  const name = object.split('.').at(-1) ?? object;
  return (
    ownValue(tensorKinds, name) ?? {
      is: `an object of ${printable(object)}`,
      cure: 'Save plain tensors: {name: tensor.detach().cpu().clone() for name, tensor in state_dict.items()}',
    }
  );
}

/** Objects of Python where tensors are wanted. */
export const weightsObjectMessages = {
  'weights-foreign-object': row<
    InFile & {
      readonly container: PickleContainer;
      readonly object: string;
      readonly key?: string | undefined;
    }
  >({
    severity: 'error',
    message: ({ file, object, key }) =>
      `'${printable(file)}' holds an object of ${printable(object)}${key === undefined ? '' : ` under '${printable(key)}'`} in place of a state dict; rcc builds no objects, and nothing in the file was run.`,
    hint: ({ file, container, key }) => {
      const state = stateDictOf(file, container, key);
      const save =
        container === 'torch'
          ? `import torch; torch.save(${state}, "weights.pth")`
          : `import pickle, numpy; numpy.savez("weights.npz", **${state})`;
      return `In Python, where the classes of the training can be imported: ${save}. ${runsCode}`;
    },
    cause:
      'A pickle names classes of the program that wrote it. What they hold is known only to that program, unless it is a torch.nn.Module, whose parameters rcc takes out without building it.',
    example: 'torch.save({"model": trainer, "epoch": 3}, "checkpoint.pth")',
    cure: 'torch.save(model.state_dict(), "model.pth") in the program that made the file.',
  }),
  'weights-tensor-foreign': row<OfTensor & { readonly object: string }>({
    severity: 'error',
    message: ({ tensor, file, object }) =>
      `'${printable(tensor)}' in '${printable(file)}' is ${tensorKind(object).is}, whose numbers rcc does not read.`,
    hint: ({ object }) => tensorKind(object).cure,
    cause: 'rcc reads tensors that are stored as plain numbers, one after another.',
    example: 'torch.save(quantised_model.state_dict(), "model.pth")',
    cure: 'Save the float model’s state dict with plain, dense tensors.',
  }),
  'weights-torchscript': row<InFile>({
    severity: 'error',
    message: ({ file }) =>
      `'${printable(file)}' is a TorchScript archive whose parameters have no names: it was frozen, or has none.`,
    hint: () =>
      'Save the module before torch.jit.freeze or optimize_for_inference: torch.jit.save(torch.jit.script(model), "model.pt"), or its state dict.',
    cause:
      'Freezing makes the parameters constants of the program, numbered and partly folded into each other; rcc runs no code from a file and needs the names.',
    example: 'torch.jit.save(torch.jit.freeze(torch.jit.script(model)), "model.pt")',
    cure: 'torch.save(model.state_dict(), "model.pth") of the model that was frozen.',
  }),
  'weights-exported-program': row<InFile & { readonly reason: string }>({
    severity: 'error',
    message: ({ file, reason }) =>
      `'${printable(file)}' is a program of torch.export (.pt2) from which rcc cannot read the weights: ${printable(reason)}.`,
    hint: ({ file }) =>
      `In Python: import torch; torch.save(torch.export.load(${quoted(file)}).state_dict, "weights.pth")`,
    cause: 'The archive keeps its weights in a way that rcc does not know, or keeps none.',
    example: 'An archive of AOTInductor, whose weights are in compiled code.',
    cure: 'Give the state dict of the model that was exported.',
  }),
  'weights-pdopt': row<InFile>({
    severity: 'error',
    message: ({ file }) =>
      `'${printable(file)}' is the state of an optimizer (.pdopt): moments and learning rate, not the weights.`,
    hint: () => 'Give the .pdparams that was saved beside it.',
    cause: 'Paddle saves optimizer.state_dict() beside model.state_dict(), under the same name.',
    example: 'rcc compile resnet50_vd.rn --weights best_model.pdopt',
    cure: 'Give best_model.pdparams in place of best_model.pdopt.',
  }),
} as const;
