/*
 * trtexec --exportLayerInfo of TensorRT 8.2 to 11: `{"Layers": […]}` with objects (engine built with --profilingVerbosity=detailed) or
 * plain names, or the bare list. 8.x–10.x name `Bindings` and one `Format/Datatype` a tensor; 11.x has `I/O Tensors` and two fields.
 */

import { parseLenientJson } from '../../../src/io/lenient-json.ts';
import {
  asFields,
  asList,
  type Fields,
  numbersField,
  stringField,
} from '../../../src/io/outside-fields.ts';
import type { EngineLayer, LayerList, LayerTensor } from '../layer.ts';
import { layerKind } from '../layer-kinds.ts';
import { nodesOfMetadata, nodesOfName } from '../onnx-names.ts';
import { dataTypeOf, isQuantizedType } from '../tensor-format.ts';

const listKeys = ['Layers', 'layers', 'LayerInfo'] as const;

function readTensor(value: unknown): LayerTensor | undefined {
  const fields = asFields(value);
  const name = fields && stringField(fields, 'Name');
  if (!fields || name === undefined) return undefined;
  const format = stringField(fields, 'Format/Datatype', 'Format');
  const dataType = dataTypeOf(stringField(fields, 'DataType', 'Datatype')) ?? dataTypeOf(format);
  const shape = numbersField(fields, 'Dimensions');
  return {
    name,
    ...(dataType ? { dataType } : {}),
    ...(shape ? { shape } : {}),
    ...(format === undefined ? {} : { format }),
  };
}

function readTensors(value: unknown): readonly LayerTensor[] {
  return asList(value)?.flatMap((tensor) => readTensor(tensor) ?? []) ?? [];
}

/** ` [profile 2]` at a name's end marks rows of further optimisation profiles. */
function splitProfile(name: string): { readonly name: string; readonly profile?: number } {
  const mark = / \[profile (\d{1,4})\]$/.exec(name);
  return mark ? { name: name.slice(0, mark.index), profile: Number(mark[1]) } : { name };
}

function weightsTypeOf(fields: Fields): EngineLayer['weightsType'] {
  const weights = asFields(fields.Weights) ?? asFields(fields.ConvWeights);
  return weights && dataTypeOf(stringField(weights, 'Type'));
}

function reluOf(fields: Fields): boolean | undefined {
  if (typeof fields.HasReLU === 'number') return fields.HasReLU !== 0;
  const activation = stringField(fields, 'Activation', 'ConvActivation');
  return activation === undefined ? undefined : activation.toUpperCase() === 'RELU';
}

function readDetailed(fields: Fields): EngineLayer | undefined {
  const given = stringField(fields, 'Name');
  if (given === undefined) return undefined;
  const { name, profile } = splitProfile(given);
  const type = stringField(fields, 'LayerType') ?? '';
  const inputs = readTensors(fields.Inputs);
  const outputs = readTensors(fields.Outputs);
  const weightsType = weightsTypeOf(fields);
  const relu = reluOf(fields);
  const tactic = stringField(fields, 'TacticName');
  return {
    name,
    type,
    kind: layerKind({
      type,
      name,
      origin: stringField(fields, 'Origin'),
      writesQuantized: isQuantizedType(outputs[0]?.dataType),
      readsQuantized: isQuantizedType(inputs[0]?.dataType),
    }),
    inputs,
    outputs,
    onnxNodes: [
      ...new Set([...nodesOfMetadata(stringField(fields, 'Metadata') ?? ''), ...nodesOfName(name)]),
    ],
    ...(weightsType ? { weightsType } : {}),
    ...(relu === undefined ? {} : { relu }),
    ...(tactic ? { tactic } : {}),
    ...(profile === undefined ? {} : { profile }),
  };
}

function readLayer(value: unknown): EngineLayer | undefined {
  if (typeof value === 'string') return readDetailed({ Name: value });
  const fields = asFields(value);
  return fields && readDetailed(fields);
}

function bindingsOf(root: Fields | undefined): readonly string[] {
  const old = asList(root?.Bindings)?.filter((name) => typeof name === 'string');
  if (old) return [...new Set(old.map((name) => splitProfile(name).name))];
  return readTensors(root?.['I/O Tensors']).map(({ name }) => name);
}

/** The layers in the text, or undefined where it holds none. */
export function readLayerInfo(text: string): LayerList | undefined {
  const { value, complete } = parseLenientJson(text, /"(?:Layers|layers|LayerInfo)"\s*:\s*\[/);
  const root = asFields(value);
  const rows =
    asList(value) ?? listKeys.map((key) => asList(root?.[key])).find((list) => list !== undefined);
  const layers = rows?.flatMap((row) => readLayer(row) ?? []) ?? [];
  if (!rows || layers.length === 0) return undefined;
  return {
    source: 'trtexec',
    layers,
    bindings: bindingsOf(root),
    detailed: layers.some((layer) => layer.outputs.length > 0),
    complete: complete && layers.length === rows.length,
  };
}
