import type { Tensor, Tensors } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { datatypeOf } from './datatypes.ts';
import { jsonDataOf } from './tensor-data.ts';

/** What is wanted of the model. */
export interface WantedOutput {
  readonly name: string;
  /** So many of the most likely classes in place of the tensor. */
  readonly classification?: number | undefined;
}

export interface InferRequest {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

interface RequestOptions {
  readonly address: string;
  readonly outputs: readonly WantedOutput[];
  readonly isBinary: boolean;
}

function inputOf(name: string, tensor: Tensor, { address, isBinary }: RequestOptions) {
  const datatype = datatypeOf(tensor.dataType);
  const described = { name, datatype, shape: tensor.shape };
  if (isBinary) {
    return { ...described, parameters: { binary_data_size: tensor.bytes.byteLength } };
  }
  const data = jsonDataOf(tensor) ?? fail('server-type-unsendable', { address, name, datatype });
  return { ...described, data };
}

/**
 * The body of `/infer`: JSON, and behind it the bytes of the inputs in their order, whose beginning a header tells. Throws DiagnosticError
 * `server-type-unsendable` where only JSON is taken and has no such numbers.
 */
export function encodeRequest(inputs: Tensors, options: RequestOptions): InferRequest {
  const { outputs, isBinary } = options;
  const header = JSON.stringify({
    inputs: Object.entries(inputs).map(([name, tensor]) => inputOf(name, tensor, options)),
    outputs: outputs.map(({ name, classification }) => ({
      name,
      parameters: {
        ...(isBinary ? { binary_data: true } : {}),
        ...(classification === undefined ? {} : { classification }),
      },
    })),
  });
  const json = new TextEncoder().encode(header);
  if (!isBinary) return { body: json, headers: { 'content-type': 'application/json' } };
  const tensors = Object.values(inputs).map(({ bytes }) => bytes);
  return {
    body: Buffer.concat([json, ...tensors]),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.length),
    },
  };
}
