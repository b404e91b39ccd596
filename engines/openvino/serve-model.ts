import { dirname } from 'node:path';
import { createDiagnostic } from '../../src/diagnostics/diagnostic.ts';
import { serveModel } from '../onnxruntime/serve-model.ts';
import type { ServeRequest, Serving } from '../serving.ts';
import { openvinoPrecision } from './precisions.ts';

/**
 * Triton's OpenVINO backend takes one precision by name, bfloat16 (`HINT_BF16`); told none, it computes bfloat16 or float32 as the processor has it. So BF16 is
 * served by it, and what has to be float32 by onnxruntime. It compiles for one batch, max_batch_size, and refuses every other unless it may fill it up
 * (openvino_backend@9b9ee24, README.md and src/openvino.cc).
 */
export function serveOpenvino(request: ServeRequest): Serving {
  const { precision, path } = request;
  const directory = dirname(path);
  const { image, ...served } = serveModel(request);
  if (openvinoPrecision(precision).hint !== 'bf16') {
    const note = createDiagnostic('serve-openvino-model', { directory, precision });
    return { ...served, image, notes: [note] };
  }
  return {
    ...served,
    backend: 'openvino',
    parameters: { HINT_BF16: 'YES', NUM_STREAMS: '1', PERFORMANCE_HINT: 'LATENCY' },
    padding: { ENABLE_BATCH_PADDING: 'YES' },
    isForProcessors: true,
    ...(image ? { image: { tag: image.tag, because: 'has the OpenVINO backend, on x86' } } : {}),
    notes: [createDiagnostic('serve-openvino-backend', { directory })],
  };
}
