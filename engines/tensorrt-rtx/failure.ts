/* What a build that failed means: NVIDIA's words to a diagnostic with the .rn line. */
import { createDiagnostic, type Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../src/diagnostics/source.ts';
import { endingText } from '../process.ts';
import { eventText, type ScriptRun } from '../python/script.ts';

export interface FailedBuild {
  readonly run: ScriptRun;
  readonly log: string;
  readonly enginePath: string;
  readonly timeoutMs: number;
  /** The .rn line that a node of the ONNX file comes from. */
  readonly locateNode?: ((node: string) => Span | undefined) | undefined;
}

const shownLines = 8;

/** The detail in `IBuilder::buildSerializedNetwork: Error Code 1: Myelin ([pass.cpp:337: check] Cannot compile …. In f at file.cpp:2)`. */
function plainReason(text: string): string {
  const inner = /Error Code \d+: [^(]*\((.*)\)/s.exec(text)?.[1] ?? text;
  return (inner.split('\n', 1)[0] ?? '')
    .replace(/^\[\S+ \w+\] /, '')
    .replace(/ In \w+ at \S+$/, '')
    .replace(/[.\s]+$/, '');
}

/** Parser messages begin with the kind and the node's name, which are told already. */
function parserReason(text: string): string {
  const lines = text.split('\n').filter((line) => !/^Invalid Node - /.test(line));
  return plainReason(lines[0] ?? text);
}

/** `Cannot compile operation 'head/fc_U131' for Turing (SM75): FP32 GEMM is not supported` */
const refusedOperation = /Cannot compile operation '(.+?)(?:_U\d+)?' for (.+?): (.*)$/;

function spanOf(build: FailedBuild, node: string | undefined): Span | undefined {
  return node ? build.locateNode?.(node) : undefined;
}

/** What NVIDIA's log calls errors; the end of the output where it calls nothing so. */
function errorLines({ run }: FailedBuild): readonly string[] {
  if (run.errors.length > 0) return run.errors;
  return run.result.tail.filter((line) => !line.startsWith('rcc: ')).slice(-shownLines);
}

function explainParseError(build: FailedBuild): Diagnostic | undefined {
  const message = eventText(build.run, 'parse-error', 'message');
  if (message === undefined) return undefined;
  const node = eventText(build.run, 'parse-error', 'node') ?? '';
  const operator = eventText(build.run, 'parse-error', 'operator') ?? '';
  return createDiagnostic(
    'tensorrt-rtx-model-refused',
    { node, operator, reason: parserReason(message), log: build.log },
    { span: spanOf(build, node), details: errorLines(build) },
  );
}

function explainError(build: FailedBuild): Diagnostic | undefined {
  const message = eventText(build.run, 'error', 'message');
  if (message === undefined) return undefined;
  const reason = plainReason(message);
  const [, node = '', target = '', why = ''] = refusedOperation.exec(reason) ?? [];
  if (node === '') {
    const details = errorLines(build);
    return createDiagnostic('tensorrt-rtx-build-failed', { reason, log: build.log }, { details });
  }
  return createDiagnostic(
    'tensorrt-rtx-operation-refused',
    { node, target, reason: why, log: build.log },
    { span: spanOf(build, node), details: errorLines(build) },
  );
}

function explainWriteError({ run, enginePath }: FailedBuild): Diagnostic | undefined {
  const reason = eventText(run, 'write-error', 'message');
  return reason === undefined
    ? undefined
    : createDiagnostic('file-unwritable', { path: enginePath, reason });
}

function explainEnding(build: FailedBuild): Diagnostic {
  const { result } = build.run;
  const details = errorLines(build);
  if (result.timedOut) {
    const seconds = Math.round(build.timeoutMs / 1000);
    return createDiagnostic('tensorrt-rtx-timed-out', { seconds, log: build.log }, { details });
  }
  if (result.signal !== undefined) {
    const facts = { signal: result.signal, log: build.log };
    return createDiagnostic('tensorrt-rtx-killed', facts, { details });
  }
  const reason = result.startError?.message ?? `Python ended with ${endingText(result)}`;
  return createDiagnostic('tensorrt-rtx-build-failed', { reason, log: build.log }, { details });
}

/** One diagnostic for a build that gave no engine. */
export function explainFailure(build: FailedBuild): Diagnostic {
  return (
    explainParseError(build) ??
    explainError(build) ??
    explainWriteError(build) ??
    explainEnding(build)
  );
}
