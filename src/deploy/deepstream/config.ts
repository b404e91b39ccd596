/* config_infer_primary.txt: keys of Gst-nvinfer's [property] group. */
import { classOutputOf } from '../../../codegen/architecture/output-names.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import type { Manifest } from '../../compile/manifest.ts';

const networkModes: ReadonlyMap<Precision, number> = new Map([
  ['fp32', 0],
  ['int8', 1],
  ['fp16', 2],
]);

const colorFormats = { rgb: 0, bgr: 1, gray: 2 } as const;

export function hasNetworkMode(precision: Precision): boolean {
  return networkModes.has(precision);
}

/** Frames that nvinfer gives at once: as the model fixes it, else as it is asked. */
function batchSize({ onnx }: Manifest, maxBatch: number | undefined): number {
  const [batch] = onnx.inputs[0]?.shape ?? [];
  return typeof batch === 'number' ? batch : maxBatch || 1;
}

interface ConfigOptions {
  readonly maxBatch: number | undefined;
  readonly labelsFile: string | undefined;
}

export function printConfig(manifest: Manifest, { maxBatch, labelsFile }: ConfigOptions): string {
  const { model, precision, onnx, preprocessing } = manifest;
  const { channels, height, width } = preprocessing.input;
  const batch = batchSize(manifest, maxBatch);
  const properties: readonly (readonly [string, string | number] | undefined)[] = [
    ['gpu-id', 0],
    ['onnx-file', onnx.file],
    // What nvinfer calls the engine that it builds: it is taken when it is there.
    ['model-engine-file', `${onnx.file}_b${batch}_gpu0_${precision}.engine`],
    labelsFile === undefined ? undefined : ['labelfile-path', labelsFile],
    ['batch-size', batch],
    ['network-mode', networkModes.get(precision) ?? 0],
    ['network-type', 1],
    ['process-mode', 1],
    ['infer-dims', [channels, height, width].join(';')],
    ['model-color-format', colorFormats[preprocessing.color]],
    ['net-scale-factor', 1],
    ['maintain-aspect-ratio', 0],
    ['scaling-filter', 1],
    ['output-blob-names', classOutputOf(onnx.outputs)?.name ?? ''],
    ['classifier-threshold', 0.2],
  ];
  const lines = properties.flatMap((property) => (property ? [property.join('=')] : []));
  return `# ${model}, ${precision}. The model normalises pixels of 0 to 255 itself and answers probabilities: no scale, no offsets.
# nvinfer stretches a frame to infer-dims; the network was trained on pictures that were resized and cut as preprocessing in the artifact's manifest.json says.
[property]
${lines.join('\n')}
`;
}
