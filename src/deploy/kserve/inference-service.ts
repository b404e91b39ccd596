import { stringify } from 'yaml';
import type { Serving } from '../../../engines/serving.ts';

export interface ServiceRequest {
  /** Of a model in the repository. */
  readonly name: string;
  readonly serving: Serving;
  /** Folder that holds the model's folder, as the cluster finds it. */
  readonly storageUri: string;
}

const formats: Readonly<Record<Serving['backend'], string>> = {
  tensorrt: 'tensorrt',
  onnxruntime: 'onnx',
  // kserve/kserve@0345163, config/runtimes/kserve-tritonserver.yaml: what has no name of its own.
  openvino: 'triton',
};

/** Kubernetes takes lower-case letters, digits and `-`, with a letter or digit at both ends, 63 at most. */
export function serviceName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return plain.slice(0, 63).replaceAll(/^-+|-+$/g, '') || 'model';
}

function resources({ needsGpu }: Serving) {
  return needsGpu ? { resources: { limits: { 'nvidia.com/gpu': 1 } } } : {};
}

/** An InferenceService of KServe in YAML: Triton with the image that has what the engine needs, over protocol v2. */
export function inferenceService({ name, serving, storageUri }: ServiceRequest): string {
  const { image, serverOptions } = serving;
  return stringify({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: serviceName(name) },
    spec: {
      predictor: {
        model: {
          modelFormat: { name: formats[serving.backend] },
          runtime: 'kserve-tritonserver',
          protocolVersion: 'v2',
          ...(image ? { runtimeVersion: `${image.tag}-py3` } : {}),
          storageUri,
          ...(serverOptions.length > 0 ? { args: [...serverOptions] } : {}),
          ...resources(serving),
        },
      },
    },
  });
}
