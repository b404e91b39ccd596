import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { type NodeCost, nodeCosts } from '../../../codegen/cost.ts';
import { printType } from '../../../codegen/ir/ops.ts';
import { inspectOnnx } from '../../../codegen/onnx/inspect.ts';
import { append } from '../../collections/append.ts';
import { writeWhole } from '../../compile/artifact-files.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { formatCount } from '../../compile/trained-network.ts';
import { type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import { printable, printableUpTo } from '../../diagnostics/printable.ts';
import { createFileByteSource } from '../../io/file-byte-source.ts';
import type { Spec } from '../../language/spec.ts';
import { specToJson } from '../../language/spec-json.ts';
import { loadPngRenderer } from '../../report/charts/png.ts';
import { attentionPrice } from '../../report/network/attention-price.ts';
import { outlineOf } from '../../report/network/outline.ts';
import { networkToSvg } from '../../report/network/picture.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { InspectCommandOptions } from '../commands/inspect.ts';
import { endingOf } from '../output-files.ts';
import { formatTable, type TextTable } from '../table.ts';
import { paragraphs, type Text } from '../text.ts';

/** One line of the table; undefined where a foreign operator's shape is not known. */
interface Layer {
  readonly name: string;
  readonly op: string;
  readonly output: string | undefined;
  readonly params: number;
  readonly macs: number;
  readonly weightBytes: number;
  readonly outputBytes: number;
}

interface Inspection {
  readonly text: Text;
  readonly data: unknown;
}

/** Characters of a model's metadata that are shown; JSON has all of them. */
const longestFact = 400;

/** A list of lines or JSON with spaces, at which a terminal breaks it. */
function spaced(value: string): string {
  const isJson = value.startsWith('{');
  return isJson ? value.replaceAll(/,(?=")/g, ', ') : value.trimEnd().replaceAll('\n', ', ');
}

const head = ['layer', 'op', 'output', 'params', 'MACs', 'weights', 'activation'];

/** What a narrow window can do without: bytes follow from the other figures, the operator from a layer's name. */
const spare = ['weights', 'activation', 'op', 'params'];

/** The type of all outputs that are known, where it is one: it is told once, above. */
function commonType(layers: readonly Layer[]): string | undefined {
  const types = new Set(layers.flatMap(({ output }) => output?.replace(/\[.*/, '') ?? []));
  return types.size === 1 ? [...types][0] : undefined;
}

/** `N×64×56×56`. */
function shapeText(output: string): string {
  return output.replace(/.*\[(.*)\]/, '$1').replaceAll(',', '×') || 'scalar';
}

function formatBytes(sizeBytes: number): string {
  return sizeBytes >= 1e6
    ? `${(sizeBytes / 1e6).toFixed(2)} MB`
    : `${(sizeBytes / 1e3).toFixed(1)} kB`;
}

function layerTable(layers: readonly Layer[]): TextTable {
  const count = (value: number): string => (value === 0 ? '' : formatCount(value));
  const bytes = (value: number): string => (value === 0 ? '' : formatBytes(value));
  const outputText = commonType(layers) === undefined ? String : shapeText;
  const rows = layers.map((layer) => [
    printable(layer.name),
    printable(layer.op),
    layer.output === undefined ? '?' : outputText(layer.output),
    count(layer.params),
    count(layer.macs),
    bytes(layer.weightBytes),
    bytes(layer.outputBytes),
  ]);
  const sum = (key: 'params' | 'macs' | 'weightBytes'): number =>
    layers.reduce((total, layer) => total + layer[key], 0);
  rows.push([
    'total',
    '',
    '',
    count(sum('params')),
    count(sum('macs')),
    bytes(sum('weightBytes')),
    '',
  ]);
  const align = ['left', 'left', 'left', 'right', 'right', 'right', 'right'] as const;
  return formatTable(head, rows, align, spare);
}

function describe(title: string, layers: readonly Layer[], facts: readonly string[] = []): Text {
  const type = commonType(layers);
  return [type ? `${title}: outputs in ${type}` : title, ...facts, layerTable(layers)];
}

function layerOf({ node, output, params, macs, weightBytes, outputBytes }: NodeCost): Layer {
  return {
    name: node.name,
    op: node.op,
    output: printType(output),
    params,
    macs,
    weightBytes,
    outputBytes,
  };
}

function inspectSpec(spec: Spec): Inspection {
  const graph = lowerSpec(spec);
  const layers = nodeCosts(graph).map(layerOf);
  const attention = attentionPrice(graph);
  const price = attention && [
    `attention in ${attention.blocks} blocks: at least ${attention.kernels} kernels (means, convolutions of the weights, and what they weigh; what is cut and joined comes on top)`,
  ];
  return {
    text: [describe(`${spec.name} (${spec.file})`, layers), ...(price ? ['', ...price] : [])],
    data: { spec: specToJson(spec), layers, ...(attention ? { attention } : {}) },
  };
}

async function inspectModel(path: string): Promise<Inspection> {
  const source = createFileByteSource(path);
  try {
    const summary = await inspectOnnx(source);
    const layers = summary.layers.map(({ output, ...layer }) => ({
      ...layer,
      output: output && printType(output),
    }));
    const facts = Object.entries(summary.metadata).map(
      ([key, value]) => `${printable(key)} = ${printableUpTo(longestFact, spaced(value))}`,
    );
    const title = `${path}, opset ${summary.opset}, ${printable(summary.producer)}`;
    return {
      text: describe(
        title,
        layers,
        facts.map((fact) => `  ${fact}`),
      ),
      data: { file: path, ...summary, layers },
    };
  } finally {
    source.close();
  }
}

async function toPng(path: string, picture: string): Promise<Uint8Array> {
  const render = await loadPngRenderer();
  if (typeof render === 'function') return render(picture);
  return fail('png-not-drawn', { path });
}

/** The picture of the one network that is inspected. */
async function drawNetwork(specs: readonly Spec[], path: string): Promise<void> {
  const [spec] = specs;
  if (!spec || specs.length > 1) {
    fail('command-line', {
      message: `--svg draws the network of one spec, and ${specs.length} were given`,
    });
  }
  const picture = networkToSvg(outlineOf(lowerSpec(spec)));
  await writeWhole(path, endingOf(path) === '.png' ? await toPng(path, picture) : picture);
}

/** `rcc inspect`: each file's layers with shapes, parameters, MACs and bytes for one picture; with --svg the network as a picture, named last on stdout. */
export async function inspectFiles(
  paths: readonly string[],
  { svg }: InspectCommandOptions,
  _context: CommandContext,
): Promise<CommandResult> {
  const inspections: Inspection[] = [];
  const diagnostics: Diagnostic[] = [];
  const drawn: Spec[] = [];
  for (const path of paths) {
    if (path.endsWith('.onnx')) {
      inspections.push(await inspectModel(path));
      continue;
    }
    const loaded = await loadSpecs([path]);
    append(diagnostics, loaded.diagnostics);
    append(inspections, loaded.specs.map(inspectSpec));
    append(drawn, loaded.specs);
  }
  if (svg !== undefined) await drawNetwork(drawn, svg);
  return {
    text: paragraphs([...inspections.map(({ text }) => text), ...(svg === undefined ? [] : [svg])]),
    data: inspections.map(({ data }) => data),
    diagnostics,
  };
}
