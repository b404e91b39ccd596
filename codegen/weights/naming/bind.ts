import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { findNearest } from '../../../src/diagnostics/nearest.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import { isShortcut, readBlockPath } from '../../ir/block-path.ts';
import type { Graph } from '../../ir/graph.ts';
import { sameShape } from '../../ir/types.ts';
import { type NamedShapes, shapesOf } from '../inference/named-shapes.ts';
import { parameterSources } from '../parameter-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { type Misfit, misfitHint, misfitLines } from './misfit.ts';
import type { Naming } from './naming.ts';
import {
  isIgnorable,
  isSchemeName,
  nearestScheme,
  recogniseScheme,
  schemeNames,
} from './recognise-scheme.ts';
import type { NameScheme, SchemeName } from './scheme.ts';
import { type WantedParameter, wantedParameters } from './wanted-parameters.ts';

export interface BindOptions {
  /** Name scheme that the spec pins; without it the names decide. */
  readonly scheme?: string | undefined;
  /** Where the spec names its weights. */
  readonly span?: Span | undefined;
}

export interface BoundWeights {
  readonly graph: Graph;
  readonly scheme: SchemeName;
}

function pinnedScheme({ scheme, span }: BindOptions): SchemeName | undefined {
  if (scheme === undefined || isSchemeName(scheme)) return scheme;
  const nearest = findNearest(scheme, schemeNames);
  return fail('unknown-name-scheme', { scheme, known: schemeNames, nearest }, { span });
}

function chooseNaming(file: WeightsFile, options: BindOptions): Naming {
  const names = [...file.tensors.keys()];
  const { span } = options;
  const pinned = pinnedScheme(options);
  const chosen = recogniseScheme(names, pinned);
  if (chosen) return chosen;
  const found = recogniseScheme(names)?.scheme.name;
  if (pinned && found) {
    return fail('weights-scheme-mismatch', { file: file.name, pinned, found }, { span });
  }
  const nearest = nearestScheme(names)?.scheme.title;
  const examples = names.filter((name) => !isIgnorable(name)).slice(0, 4);
  return fail('weights-names-unknown', { file: file.name, examples, nearest }, { span });
}

function findMisfit(wanted: readonly WantedParameter[], shapes: NamedShapes): Misfit {
  const names = new Set(wanted.map(({ name }) => name));
  return {
    missing: wanted.filter(({ name }) => !shapes.has(name)),
    unexpected: [...shapes]
      .filter(([name]) => !names.has(name) && !isIgnorable(name))
      .map(([name, shape]) => ({ name, shape })),
    misshaped: wanted.flatMap(({ name, shape }) => {
      const found = shapes.get(name);
      return found && !sameShape(found, shape) ? [{ name, wanted: shape, found }] : [];
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
  { naming, span }: { naming: Naming; span: Span | undefined },
): void {
  const shapes = shapesOf(file);
  const misfit = findMisfit(wanted, shapes);
  const counts = {
    missing: misfit.missing.length,
    unexpected: misfit.unexpected.length,
    misshaped: misfit.misshaped.length,
  };
  if (counts.missing + counts.unexpected + counts.misshaped === 0) return;
  const specShapes = new Map(wanted.map(({ name, shape }) => [name, shape]));
  const hint = misfitHint(shapes, specShapes, naming, hasPooledShortcuts(graph));
  fail(
    'weights-do-not-fit',
    { file: file.name, scheme: naming.scheme.title, ...counts },
    { span, details: misfitLines(misfit), ...(hint ? { hint } : {}) },
  );
}

/**
 * A projection with a stride and one behind a pool have the same parameters. Where the names tell which was trained, the
 * graph must have the same.
 */
function checkShortcut(
  graph: Graph,
  file: WeightsFile,
  wanted: readonly WantedParameter[],
  { scheme, span }: { scheme: NameScheme; span: Span | undefined },
): void {
  const found = scheme.shortcutKind;
  const strided = wanted.some(
    ({ slot: { path } }) => isShortcut(path) && (readBlockPath(path)?.stage ?? 0) > 1,
  );
  if (!found || !strided) return;
  if (hasPooledShortcuts(graph) !== (found === 'avgpool')) {
    fail('weights-other-shortcut', { file: file.name, found }, { span });
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
  const naming = chooseNaming(file, options);
  const { scheme } = naming;
  const wanted = [...wantedParameters(graph, naming)];
  checkFit(graph, file, wanted, { naming, span });
  checkShortcut(graph, file, wanted, { scheme, span });
  const initializers = new Map(graph.initializers);
  const stored = wanted.map(({ slot, name, transposed }) => {
    const source = file.tensors.get(name);
    if (!source) throw new Error(`'${name}' was there and is gone`);
    return { source, role: slot.role, tensor: name, transposed };
  });
  for (const [index, source] of parameterSources(file.name, stored).entries()) {
    const { initializer } = wanted[index] as WantedParameter;
    initializers.set(initializer.name, { ...initializer, source });
  }
  return { graph: { ...graph, initializers }, scheme: scheme.name };
}
