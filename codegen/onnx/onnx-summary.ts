import type { TensorType } from '../ir/types.ts';

/** One node of any ONNX file; the output is known where rcc knows the operator and its inputs. */
export interface OnnxLayer {
  readonly name: string;
  readonly op: string;
  readonly output: TensorType | undefined;
  readonly params: number;
  readonly macs: number;
  readonly weightBytes: number;
  readonly outputBytes: number;
}

export interface OnnxSummary {
  readonly producer: string;
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly { readonly name: string; readonly type: TensorType | undefined }[];
  readonly outputs: readonly { readonly name: string; readonly type: TensorType | undefined }[];
  readonly layers: readonly OnnxLayer[];
}
