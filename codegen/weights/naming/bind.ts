import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import { isOutputForm, outputKindOf } from '../../architecture/output-names.ts';
import { isShortcut, readBlockPath } from '../../ir/block-path.ts';
import type { Graph } from '../../ir/graph.ts';
import { elementCount, sameShape } from '../../ir/types.ts';
import { bytesOf } from '../../tensors/float-bytes.ts';
import { reshaped, wholeTensor } from '../../tensors/tensor-source.ts';
import { type NamedNetwork, namedNetwork } from '../inference/named-shapes.ts';
import { layoutOf } from '../network-layout.ts';
import type { ParameterRole } from '../parameter-slot.ts';
import { parameterSources } from '../parameter-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { type ChooseOptions, type ChosenNetwork, chooseNetwork } from './choose-network.ts';
import type { WantedHead } from './find-head.ts';
import { type Misfit, misfitHint, misfitLines } from './misfit.ts';
import type { SchemeName } from './scheme.ts';
import { failWithoutStatistics } from './statistics.ts';
import { type WantedParameter, wantedParameters } from './wanted-parameters.ts';

export type BindOptions = ChooseOptions;

export interface BoundWeights {
  readonly graph: Graph;
  readonly scheme: SchemeName;
  /** Tensors of the file that are the network's, counters too. */
  readonly tensorCount: number;
  /** Which of the file's networks was taken and what was left aside, a sentence each. */
  readonly notes: readonly string[];
}

/** Biases of a head, each with what must be there for it. */
const headBiases: Readonly<Partial<Record<ParameterRole, ParameterRole>>> = {
  'linear.bias': 'linear.weight',
  'conv.bias': 'conv.weight',
  'bn.bias': 'bn.scale',
};

/** A layer of the head without a bias adds nothing: zeros stand for it where the rest of the layer is there. */
function withBias(network: ChosenNetwork, wanted: readonly WantedParameter[]): ChosenNetwork {
  const { tensors } = network;
  const ofHead = wanted.filter(({ slot: { path } }) => path.startsWith('head/'));
  const missing = ofHead.filter(({ name, slot: { path, role } }) => {
    const needed = headBiases[role];
    const layer = ofHead.find(({ slot }) => slot.path === path && slot.role === needed);
    return layer && tensors.has(layer.name) && !tensors.has(name);
  });
  if (missing.length === 0) return network;
  const zeros = missing.map(({ name, shape }) => {
    const bytes = () => bytesOf(new Float32Array(elementCount(shape)));
    return [name, wholeTensor('float32', shape, bytes)] as const;
  });
  return { ...network, tensors: new Map([...tensors, ...zeros]) };
}

function wantedHead({ outputs }: Graph): WantedHead {
  const kinds = outputs.map(({ name }) => outputKindOf(name));
  if (kinds.some(isOutputForm)) return 'linear';
  if (kinds.includes('embedding')) return 'embedding';
  return kinds.includes('features') ? 'features' : 'none';
}

/** The network without the stages behind its last output, which nothing needs. */
function withoutLaterStages(network: ChosenNetwork, graph: Graph): ChosenNetwork {
  if (graph.outputs.some(({ name }) => outputKindOf(name) !== 'map')) return network;
  const { stages } = layoutOf(graph);
  const blocks = stages.reduce((sum, count) => sum + count, 0);
  const isLater = (name: string): boolean => {
    const place = readBlockPath(network.naming.parse(name)?.path ?? '');
    if (!place) return false;
    return place.stage === undefined ? place.block >= blocks : place.stage > stages.length;
  };
  const kept = [...network.tensors].filter(([name]) => !isLater(name));
  const count = network.tensors.size - kept.length;
  if (count === 0) return network;
  const note = `Behind the last output, left aside: ${count} tensors of stage ${stages.length + 1} and later.`;
  const tensorCount = network.tensorCount - count;
  return { ...network, tensors: new Map(kept), tensorCount, notes: [...network.notes, note] };
}

function findMisfit(
  wanted: readonly WantedParameter[],
  { shapes }: NamedNetwork,
  nameInFile: ChosenNetwork['nameInFile'],
): Misfit {
  const names = new Set(wanted.map(({ name }) => name));
  return {
    missing: wanted.filter(({ name }) => !shapes.has(name)),
    unexpected: [...shapes]
      .filter(([name]) => !names.has(name))
      .map(([name, shape]) => ({ name: nameInFile(name), shape })),
    misshaped: wanted.flatMap(({ name, shape }) => {
      const found = shapes.get(name);
      return found && !sameShape(found, shape)
        ? [{ name: nameInFile(name), wanted: shape, found }]
        : [];
    }),
  };
}

/** Whether shortcuts pool before they project. */
function hasPooledShortcuts(graph: Graph): boolean {
  return graph.nodes.some(({ op, name }) => op === 'AveragePool' && isShortcut(name));
}

function checkFit(
  graph: Graph,
  file: WeightsFile,
  wanted: readonly WantedParameter[],
  { network, span }: { network: ChosenNetwork; span: Span | undefined },
): void {
  const found = namedNetwork(network);
  const misfit = findMisfit(wanted, found, network.nameInFile);
  const counts = {
    missing: misfit.missing.length,
    unexpected: misfit.unexpected.length,
    misshaped: misfit.misshaped.length,
  };
  if (counts.missing + counts.unexpected + counts.misshaped === 0) return;
  // A network that measures nothing misses no statistics.
  if (wanted.some(({ slot }) => slot.role === 'bn.mean')) failWithoutStatistics(file, found, span);
  const specShapes = new Map(wanted.map(({ name, shape }) => [name, shape]));
  const hint = misfitHint(found, specShapes, hasPooledShortcuts(graph));
  fail(
    'weights-do-not-fit',
    { file: file.name, scheme: network.naming.scheme.title, ...counts },
    { span, details: misfitLines(misfit), ...(hint ? { hint } : {}) },
  );
}

/**
 * A projection with a stride and one behind a pool have the same parameters. Where the names or a program tell which was trained,
 * the graph must have the same.
 */
function checkShortcut(
  graph: Graph,
  file: WeightsFile,
  wanted: readonly WantedParameter[],
  { network, span }: { network: ChosenNetwork; span: Span | undefined },
): void {
  const found = network.shortcutKind;
  const strided = wanted.some(
    ({ slot: { path } }) => isShortcut(path) && (readBlockPath(path)?.stage ?? 0) > 1,
  );
  if (!found || !strided) return;
  if (hasPooledShortcuts(graph) !== (found === 'avgpool')) {
    const by = file.shortcutKind ? 'program' : 'names';
    fail('weights-other-shortcut', { file: file.name, by, found }, { span });
  }
}

/**
 * Gives every parameter of the graph its tensor in the file, converted to float32 and checked when it is read; reads none.
 * DiagnosticError `weights-do-not-fit` lists all parameters that are missing, left over or of another shape.
 */
export function bindWeights(
  graph: Graph,
  file: WeightsFile,
  options: BindOptions = {},
): BoundWeights {
  const { span } = options;
  const head = wantedHead(graph);
  const chosen = withoutLaterStages(chooseNetwork(file, { ...options, head }), graph);
  const { naming, notes, tensorCount } = chosen;
  const { scheme } = naming;
  const wanted = [...wantedParameters(graph, naming)];
  const network = withBias(chosen, wanted);
  checkFit(graph, file, wanted, { network, span });
  checkShortcut(graph, file, wanted, { network, span });
  const initializers = new Map(graph.initializers);
  const stored = wanted.map(({ slot, name, transposed }) => {
    const source = network.tensors.get(name);
    if (!source) throw new Error(`'${name}' was there and is gone`);
    return { source, role: slot.role, tensor: network.nameInFile(name), transposed };
  });
  for (const [index, source] of parameterSources(file.name, stored).entries()) {
    const { initializer } = wanted[index] as WantedParameter;
    // A layer that is stored as another has the same bytes in another shape.
    const shaped = reshaped(source, initializer.type.shape.map(Number));
    initializers.set(initializer.name, { ...initializer, source: shaped });
  }
  return { graph: { ...graph, initializers }, scheme: scheme.name, tensorCount, notes };
}
