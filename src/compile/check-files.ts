import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/source.ts';
import { readLabels } from '../images/labels.ts';
import type { Spec } from '../language/spec.ts';
import { neighbourWarnings } from './neighbour-warnings.ts';
import { readReference } from './reference.ts';
import { bindFile } from './trained-network.ts';

/** Files that a spec names, by the property that does. */
export const fileProperties = ['weights', 'labels', 'reference'] as const;

export interface CheckedFile {
  readonly property: (typeof fileProperties)[number];
  readonly diagnostics: readonly Diagnostic[];
}

/** The files that a spec names. */
export function filesOf({ weights, labels, reference }: Spec): readonly string[] {
  const { input, logits, outputs } = reference ?? {};
  return [weights?.path, labels, input, logits, outputs].filter((path) => path !== undefined);
}

/** Looks at a file; undefined: the spec names none. */
type Look = (spec: Spec) => Promise<readonly Diagnostic[]> | undefined;

async function lookAtWeights(
  spec: Spec,
  choice: NonNullable<Spec['weights']>,
): Promise<readonly Diagnostic[]> {
  const { weights, notes } = await bindFile(lowerSpec(spec), spec, choice);
  try {
    const { file } = weights;
    const told = [...file.notes, ...notes].map((note) =>
      createDiagnostic('weights-note', { file: file.name, note }),
    );
    return [...told, ...(await neighbourWarnings(spec, weights))];
  } finally {
    weights.close();
  }
}

const nothing: readonly Diagnostic[] = [];

const looks: Readonly<Record<CheckedFile['property'], Look>> = {
  weights: (spec) => spec.weights && lookAtWeights(spec, spec.weights),
  labels: ({ labels, classes }) =>
    labels === undefined ? undefined : readLabels(labels, classes).then(() => nothing),
  reference: (spec) =>
    spec.reference && readReference(lowerSpec(spec), spec.reference).then(() => nothing),
};

/** Where the property stands, or the first of its group. */
function spanOf({ spans }: Spec, property: CheckedFile['property']): Span | undefined {
  const found = Object.entries(spans).find(([name]) => name.split('.')[0] === property);
  return found?.[1];
}

/** Told at the property, whose path is what can be wrong: a command that checks takes no other file. */
function atProperty(property: string, span: Span | undefined, found: Diagnostic): Diagnostic {
  const placed = { ...(span ? { span } : {}), ...found };
  if (found.code !== 'file-not-found') return placed;
  const hint = `Put the file there, or correct \`${property}\` in the spec: its path is relative to the .rn file.`;
  return { ...placed, hint };
}

/** Whether the files that a spec names are there, can be read and fit its network; names and shapes of weights are read, not their numbers. */
export async function checkFiles(spec: Spec): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = [];
  for (const property of fileProperties) {
    const span = spanOf(spec, property);
    try {
      const diagnostics = await looks[property](spec);
      if (diagnostics) checked.push({ property, diagnostics });
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      const diagnostics = error.diagnostics.map((one) => atProperty(property, span, one));
      checked.push({ property, diagnostics });
    }
  }
  return checked;
}
