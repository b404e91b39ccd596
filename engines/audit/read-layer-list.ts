import * as z from 'zod';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { mostTimeMs } from '../../src/io/outside-fields.ts';
import { readJsonAs } from '../../src/io/outside-json.ts';
import { type LayerList, type LayerSource, layerSources } from './layer.ts';
import { readBuildLog } from './readers/build-log.ts';
import { readLayerInfo } from './readers/layer-info.ts';
import { joinProfile } from './readers/profile.ts';

/** Marks a layer list in rcc's own form. */
const listFormat = 'rcc-layers';

const dataTypes = z.enum([
  'float32',
  'float16',
  'bfloat16',
  'float8',
  'float4',
  'int8',
  'uint8',
  'int4',
  'int32',
  'int64',
  'bool',
]);

const tensor = z.object({
  name: z.string(),
  dataType: dataTypes.exactOptional(),
  shape: z.array(z.number()).exactOptional(),
  format: z.string().exactOptional(),
});

const layer = z.object({
  name: z.string(),
  type: z.string(),
  kind: z.enum([
    'convolution',
    'gemm',
    'pooling',
    'softmax',
    'reformat',
    'quantize',
    'pointwise',
    'padding',
    'shuffle',
    'opaque',
    'other',
    'none',
  ]),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
  onnxNodes: z.array(z.string()),
  weightsType: dataTypes.exactOptional(),
  relu: z.boolean().exactOptional(),
  tactic: z.string().exactOptional(),
  profile: z.number().exactOptional(),
  timeMs: z.number().min(0).max(mostTimeMs).exactOptional(),
});

const list = z.object({
  source: z.enum(Object.keys(layerSources) as [LayerSource, ...LayerSource[]]),
  layers: z.array(layer).nonempty(),
  bindings: z.array(z.string()),
  detailed: z.boolean(),
  complete: z.boolean(),
});

const ownFile = list.extend({ format: z.literal(listFormat) });

function readOwnForm(text: string): LayerList | undefined {
  if (!text.slice(0, 200).includes(listFormat)) return undefined;
  const read = readJsonAs(ownFile, text);
  if (read.problem) return undefined;
  const { format: _, ...layers } = read.value;
  return layers;
}

/** The text of a `layers.json` that rcc writes beside an engine. */
export function printLayerList(layers: LayerList): string {
  return `${JSON.stringify({ format: listFormat, ...layers }, undefined, 1)}\n`;
}

/** Whether the text begins as JSON does and not as a log line such as `[VERBOSE] …`. */
function looksLikeJson(text: string): boolean {
  return /^\s*(?:\{|\[\s*(?:[[{"\]]|$))/.test(text.slice(0, 4096));
}

export interface LayerFiles {
  /** Shown in diagnostics. */
  readonly name: string;
  /** Layer information of trtexec, a build log of TensorRT-RTX, or rcc's own `layers.json`. */
  readonly text: string;
  /** trtexec's --exportProfile of the same engine. */
  readonly profile?: string;
}

/** Reads a layer list of any kind. Throws DiagnosticError `audit-no-layers` where the text holds none. */
export function readLayerList({ name, text, profile }: LayerFiles): LayerList {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const read = looksLikeJson(plain)
    ? (readOwnForm(plain) ?? readLayerInfo(plain))
    : readBuildLog(plain);
  if (!read) return fail('audit-no-layers', { file: name });
  return profile === undefined ? read : joinProfile(read, profile);
}
