import type { ByteSource } from '../tensors/byte-source.ts';
import type { OnnxSummary } from './onnx-summary.ts';
import { readOnnx } from './read.ts';
import { summarizeOnnx } from './summary.ts';

/** Layers of an ONNX file, whoever wrote it, with shapes and costs for one picture. Weights are not read. Throws DiagnosticError where it is no ONNX. */
export async function inspectOnnx(source: ByteSource): Promise<OnnxSummary> {
  return summarizeOnnx(await readOnnx(source));
}
