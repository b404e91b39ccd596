import type { ServeRequest, Serving } from '../serving.ts';
import { newestProvenImage } from '../tensorrt/planning/images.ts';

/**
 * The model itself, on onnxruntime. An optimised model stays where it is: its weights lie in the order of one kind of processor, and the server's
 * onnxruntime optimises for its own when it loads.
 */
export function serveModel(request: ServeRequest): Serving {
  const { model, inputs, outputs, runsNodeByNode } = request;
  const image = newestProvenImage();
  return {
    backend: 'onnxruntime',
    engines: [model],
    inputs,
    outputs,
    ...(image ? { image: { tag: image.tag, because: 'has onnxruntime; any month does' } } : {}),
    needsGpu: false,
    runsNodeByNode,
    serverOptions: [],
    notes: [],
  };
}
