import type { Expectation, Outcome } from './row.ts';

const list = (names: readonly string[]): string => names.join(', ') || 'nothing';

/** The line that comes nearest: the first error, else the last. */
function tellingLine({ output }: Outcome): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const error = lines.find((line) => /^error|\[E\]/.test(line));
  return error ?? lines.at(-1) ?? 'no output';
}

export function exits(...codes: readonly number[]): Expectation {
  return {
    says: `exit status ${codes.join(' or ')}`,
    judge: (outcome) =>
      codes.includes(outcome.exitCode ?? -1)
        ? undefined
        : `${outcome.exitCode ?? 'none'}: ${tellingLine(outcome)}`,
  };
}

export function prints(pattern: RegExp, says: string): Expectation {
  return {
    says,
    judge: (outcome) => (pattern.test(outcome.output) ? undefined : tellingLine(outcome)),
  };
}

export function doesNotPrint(pattern: RegExp, says: string): Expectation {
  return {
    says,
    judge: ({ output }) => output.split('\n').find((line) => pattern.test(line)),
  };
}

/** rcc's own diagnostic, in its output. */
export function tells(code: string): Expectation {
  return prints(new RegExp(`\\[${code}\\]`), `the diagnostic ${code}`);
}

/** What rcc makes of a failed run of trtexec. */
export function isExplainedAs(code: string): Expectation {
  return {
    says: `rcc explains it as ${code}`,
    judge: (outcome) =>
      outcome.code === code
        ? undefined
        : `${outcome.code ?? 'no failure'}: ${tellingLine(outcome)}`,
  };
}

export function leaves(...names: readonly string[]): Expectation {
  return {
    says: `it leaves ${list(names)}`,
    judge: ({ files }) => (names.every((name) => files.includes(name)) ? undefined : list(files)),
  };
}

export function leavesNo(pattern: RegExp, says: string): Expectation {
  return {
    says,
    judge: ({ files }) => {
      const found = files.filter((name) => pattern.test(name));
      return found.length === 0 ? undefined : list(found);
    },
  };
}

interface TimedRow {
  readonly device: { readonly kind: string };
  readonly latency: { readonly medianMs: number };
  readonly settings: { readonly source?: string };
  readonly parts?: { readonly gpuCompute?: { readonly medianMs: number } };
}

function wrongIn({ device, latency, settings, parts }: TimedRow): string | undefined {
  const computeMs = parts?.gpuCompute?.medianMs ?? 0;
  if (device.kind !== 'gpu') return `a figure of a ${device.kind}`;
  if (!(computeMs > 0)) return 'no GPU compute time';
  if (latency.medianMs < computeMs)
    return `latency ${latency.medianMs} under compute ${computeMs} ms`;
  return settings.source === 'samples' ? undefined : `figures from the ${settings.source}`;
}

/** Rows of a bench file of the work folder. */
export function measures(file: string, count: number): Expectation {
  return {
    says: `${count} timings of the GPU from single runs, none shorter than its compute time`,
    judge: ({ read }) => {
      const text = read(file);
      if (text === undefined) return `${file} was not written`;
      const { rows }: { rows: readonly TimedRow[] } = JSON.parse(text);
      const wrong = rows.map(wrongIn).find((found) => found !== undefined);
      return wrong ?? (rows.length === count ? undefined : `${rows.length} timings`);
    },
  };
}
