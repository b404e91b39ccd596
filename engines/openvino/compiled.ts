import { fail } from '../../src/diagnostics/diagnostic.ts';
import { type Compiled, compiledAnswer } from './answers.ts';
import type { Child } from './child.ts';
import { type OpenvinoOptions, propertiesOf } from './options.ts';
import { openvinoPrecision } from './precisions.ts';
import { readStamp } from './stamp.ts';

/** Throws DiagnosticError `openvino-precision-changed` where a compiled model computes in another precision than it was asked for. */
export function requirePrecision(
  { properties }: Compiled,
  options: OpenvinoOptions,
  doing: string,
): void {
  const asked = openvinoPrecision(options.precision).hint;
  const got = properties.INFERENCE_PRECISION_HINT;
  if (got !== asked) fail('openvino-precision-changed', { asked, got, doing });
}

/** Throws DiagnosticError `engine-of-another-machine` where an engine says that it was built with another release. */
async function requireRelease(path: string, { installation }: OpenvinoOptions): Promise<void> {
  const stamp = await readStamp(path);
  const here = installation.version;
  if (!stamp || stamp.release === here) return;
  const text = (release: string): string => `OpenVINO ${release}`;
  fail('engine-of-another-machine', { path, built: text(stamp.release), here: text(here) });
}

/** Loads an engine into a child, and reads back what it computes in. */
export async function loadCompiled(
  child: Child,
  path: string,
  options: OpenvinoOptions,
  signal?: AbortSignal,
): Promise<Compiled> {
  await requireRelease(path, options);
  const doing = `loading ${path}`;
  const compiled = await child.ask({
    doing,
    request: { do: 'load', engine: path, config: propertiesOf(options) },
    answer: compiledAnswer,
    signal,
  });
  requirePrecision(compiled, options, doing);
  return compiled;
}
