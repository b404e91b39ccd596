import { classOutputOf } from '../../codegen/architecture/output-names.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { headKindOf, tellsClasses } from '../language/outputs.ts';
import type { Spec } from '../language/spec.ts';
import type { Manifest } from './manifest.ts';

/** Throws DiagnosticError `classes-needed` where a network puts out none; `doing` begins a sentence. */
export function requireClasses(spec: Pick<Spec, 'name' | 'head' | 'outputs'>, doing: string): void {
  if (tellsClasses(spec)) return;
  const outputs = spec.outputs.map((word) => (word === 'answer' ? headKindOf(spec.head) : word));
  fail('classes-needed', { model: spec.name, doing, outputs });
}

/** The output of an artifact that tells classes. Throws DiagnosticError `classes-needed`. */
export function requireClassOutput(
  { model, onnx: { outputs } }: Pick<Manifest, 'model' | 'onnx'>,
  doing: string,
): Manifest['onnx']['outputs'][number] {
  const names = outputs.map(({ name }) => name);
  return classOutputOf(outputs) ?? fail('classes-needed', { model, doing, outputs: names });
}
