import { append } from '../collections/append.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import { printable } from '../diagnostics/printable.ts';
import { positionAt, type Span } from '../diagnostics/source.ts';
import type { ModelNode } from './ast.ts';
import { type CheckedModel, checkSpec } from './check.ts';
import { type LoadedFile, modelsInSight } from './loaded-file.ts';
import { type Report, reportTo } from './report.ts';
import type { Spec } from './spec.ts';

export interface CheckResult {
  /** The right models; a model with an error, or with a wrong base, is not among them. */
  readonly specs: ReadonlyMap<ModelNode, Spec>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds the base of every model, then checks each model once, bases first; `bundled` are names of models that any file may extend. */
export function checkModels(
  files: readonly LoadedFile[],
  bundled: Iterable<string> = [],
): CheckResult {
  const diagnostics: Diagnostic[] = [];
  const report = reportTo(diagnostics);
  const bases = new Map<ModelNode, ModelNode>();
  const elsewhere = [...bundled];
  for (const file of files) resolveBases(file, { bases, elsewhere, report });
  const checked = new Map<ModelNode, CheckedModel>();
  for (const { tree } of files)
    for (const node of tree.models) checkChain(node, { bases, checked, diagnostics, report });
  const specs = [...checked].flatMap(([node, { spec }]) => (spec ? [[node, spec] as const] : []));
  return { specs: new Map(specs), diagnostics };
}

function placeOf(span: Span, from: Span): string {
  const { line } = positionAt(span.file, span.start);
  return span.file === from.file ? `line ${line}` : `line ${line} of '${span.file.path}'`;
}

/** The models that can be seen in a file by name, first come first. */
function scopeOf(file: LoadedFile, report: Report): ReadonlyMap<string, ModelNode> {
  const scope = new Map<string, ModelNode>();
  for (const { model, span } of modelsInSight(file)) {
    const name = model.name.text;
    if (name === '') continue;
    const first = scope.get(name);
    if (!first) scope.set(name, model);
    else
      report(
        'duplicate-model',
        { name: printable(name), where: placeOf(first.name.span, span) },
        { span },
      );
  }
  return scope;
}

interface BaseSearch {
  readonly bases: Map<ModelNode, ModelNode>;
  /** Names that would be found though they are not in the file's scope yet. */
  readonly elsewhere: readonly string[];
  readonly report: Report;
}

function resolveBases(file: LoadedFile, { bases, elsewhere, report }: BaseSearch): void {
  const scope = scopeOf(file, report);
  for (const model of file.tree.models) {
    if (!model.base) continue;
    const { text, span } = model.base;
    const base = scope.get(text);
    if (base) bases.set(model, base);
    else
      report(
        'unknown-model',
        { name: printable(text), nearest: findNearest(text, [...scope.keys(), ...elsewhere]) },
        { span },
      );
  }
}

interface ChainState {
  readonly bases: ReadonlyMap<ModelNode, ModelNode>;
  readonly checked: Map<ModelNode, CheckedModel>;
  readonly diagnostics: Diagnostic[];
  readonly report: Report;
}

/** Checks a model after its bases; a loop and not a recursion, since a chain may be as long as a file. */
function checkChain(node: ModelNode, { bases, checked, diagnostics, report }: ChainState): void {
  const chain: ModelNode[] = [];
  const onChain = new Set<ModelNode>();
  let current: ModelNode | undefined = node;
  while (current && !checked.has(current) && !onChain.has(current)) {
    chain.push(current);
    onChain.add(current);
    current = bases.get(current);
  }
  let base = current && checked.get(current);
  if (current && !base) reportCycle(chain.slice(chain.indexOf(current)), report);
  for (const model of chain.reverse()) {
    base = checkSpec(model, base);
    checked.set(model, base);
    append(diagnostics, base.diagnostics);
  }
}

/** Longest part of a cycle that a message shows. */
const longestCycle = 8;

function reportCycle(cycle: readonly ModelNode[], report: Report): void {
  const [first] = cycle;
  if (!first?.base) return;
  const names = cycle.map(({ name }) => printable(name.text));
  const shown = names.length > longestCycle ? [...names.slice(0, longestCycle), '…'] : names;
  report(
    'extends-cycle',
    { names: [...shown, printable(first.name.text)] },
    { span: first.base.span },
  );
}
