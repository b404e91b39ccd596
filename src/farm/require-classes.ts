import { fail } from '../diagnostics/diagnostic.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import type { FarmTask } from './scheduler.ts';
import type { Site } from './site.ts';

/** Throws DiagnosticError `site-gpu-unknown` where the site does not say where a task's GPU is. */
export function requireClasses(tasks: readonly FarmTask[], { gpus }: Site): void {
  const known = Object.keys(gpus);
  const other = tasks.find(({ gpu }) => !Object.hasOwn(gpus, gpu));
  if (other)
    fail('site-gpu-unknown', { gpu: other.gpu, known, nearest: findNearest(other.gpu, known) });
}
