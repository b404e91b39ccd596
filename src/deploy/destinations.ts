import type { Destination } from './destination.ts';

/** Every destination, in the order of the help. Read when the command line starts: what a row needs is loaded when it plans. */
export const destinations: readonly Destination[] = [
  {
    name: 'triton',
    help: "a model repository of NVIDIA's Triton server",
    takes: ['name', 'maxBatch', 'as'],
    async plan(request) {
      return await (await import('./triton/plan-triton.ts')).planTriton(request);
    },
  },
  {
    name: 'kserve',
    help: 'Triton repositories with the InferenceService of KServe for each',
    takes: ['name', 'maxBatch', 'as', 'storageUri'],
    async plan(request) {
      return await (await import('./kserve/plan-kserve.ts')).planKserve(request);
    },
  },
  {
    name: 'python',
    help: 'classify.py for onnxruntime and Pillow',
    takes: [],
    plan: async (request) => (await import('./clients/destinations.ts')).planPython(request),
  },
  {
    name: 'node',
    help: 'classify.mjs for onnxruntime-node and sharp',
    takes: [],
    plan: async (request) => (await import('./clients/destinations.ts')).planNode(request),
  },
  {
    name: 'deepstream',
    help: 'configuration of Gst-nvinfer',
    takes: ['maxBatch'],
    plan: async (request) => (await import('./deepstream/destination.ts')).planDeepStream(request),
  },
];
