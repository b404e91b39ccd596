/*
 * The build log of TensorRT-RTX at verbose level. With detailed profiling verbosity it lists each layer of the finished engine behind a
 * line `Layers:`, one a line: `Name: …, LayerType: …, Inputs: [ { Name: …, Dimensions: […], …, Datatype: …, Format: … }], Constants: […],
 * Outputs: […], TacticName: …, StreamId: …, Metadata: [ONNX Layer: …]…`, then `I/O Tensors:`. Lines of other threads may stand between.
 */
import type { EngineLayer, LayerList, LayerTensor } from '../layer.ts';
import { layerKind } from '../layer-kinds.ts';
import { nodesOfMetadata, nodesOfName } from '../onnx-names.ts';
import { dataTypeOf, isQuantizedType } from '../tensor-format.ts';

const typeMark = ', LayerType: ';

/** The text between two marks; to the end where the second is missing; undefined where the first is. */
function between(text: string, from: string, to: string): string | undefined {
  const start = text.indexOf(from);
  if (start < 0) return undefined;
  const end = text.indexOf(to, start + from.length);
  return text.slice(start + from.length, end < 0 ? undefined : end);
}

function readTensor(text: string): LayerTensor {
  const name = text.split(', Dimensions: [', 1)[0] ?? '';
  const dims = between(text, 'Dimensions: [', ']');
  const shape = dims?.split(',').filter(Boolean).map(Number);
  const format = between(text, 'Format: ', ' }');
  const dataType = dataTypeOf(between(text, 'Datatype: ', ','));
  return {
    name,
    ...(dataType ? { dataType } : {}),
    ...(shape?.every(Number.isFinite) ? { shape } : {}),
    ...(format === undefined ? {} : { format }),
  };
}

function readTensors(section: string | undefined): readonly LayerTensor[] {
  return (section ?? '').split('{ Name: ').slice(1).map(readTensor);
}

/** `stem/conv1_U1_myl0_2` → `stem/conv1`. */
function withoutSuffix(name: string): string {
  return name.replace(/(?:_U\d+)?_my\w\d*_\d+$/, '');
}

function readLayer(line: string): EngineLayer {
  const name = line.slice(0, line.indexOf(typeMark));
  const type = /^\w*/.exec(line.slice(name.length + typeMark.length))?.[0] ?? '';
  const inputs = readTensors(between(line, 'Inputs: [', '], Constants: ['));
  const outputs = readTensors(between(line, 'Outputs: [', '], TacticName: '));
  const tactic = between(line, 'TacticName: ', ', StreamId: ');
  const nodes = nodesOfMetadata(between(line, 'Metadata: ', '\n') ?? '');
  return {
    name,
    type,
    kind: layerKind({
      type,
      name,
      writesQuantized: isQuantizedType(outputs[0]?.dataType),
      readsQuantized: isQuantizedType(inputs[0]?.dataType),
    }),
    inputs,
    outputs,
    onnxNodes: nodes.length > 0 ? nodes : nodesOfName(withoutSuffix(name)),
    // The stub stands for a kernel that is chosen on the user's GPU.
    ...(tactic && !tactic.startsWith('__my') ? { tactic } : {}),
  };
}

/** The layers of one line, in order; two where the line break between them was lost. */
function layersOfLine(line: string): readonly string[] {
  const found: string[] = [];
  for (
    let mark = line.lastIndexOf(typeMark), end = line.length;
    mark >= 0;
    mark = line.lastIndexOf(typeMark, end - 1)
  ) {
    const start = line.lastIndexOf('Name: ', mark);
    if (start < 0) break;
    found.push(line.slice(start + 'Name: '.length, end));
    end = start;
    if (start === 0) break;
  }
  return found.reverse();
}

function bindingOf(line: string): readonly string[] {
  const name = between(line, 'Name: ', ', IOMode: ');
  return name !== undefined && line.includes(', IOMode: ') ? [name] : [];
}

/** The layers of the last engine in the log, or undefined where it lists none. */
export function readBuildLog(text: string): LayerList | undefined {
  const lines = text.split(/\r?\n/);
  const header = lines.findLastIndex((line) => /(?:^|\s)Layers:\s*$/.test(line));
  const rows = lines.slice(header + 1);
  const found = rows.flatMap(layersOfLine);
  if (found.length === 0) return undefined;
  const end = rows.findIndex((line) => line.includes('I/O Tensors:'));
  const layers = found.map(readLayer);
  return {
    source: 'tensorrt-rtx',
    layers,
    bindings: rows.flatMap(bindingOf),
    detailed: layers.some((layer) => layer.outputs.length > 0),
    complete: end >= 0 && found.every((line) => line.includes('Metadata:')),
  };
}
