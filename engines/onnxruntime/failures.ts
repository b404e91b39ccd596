import { fail } from '../../src/diagnostics/diagnostic.ts';

interface Failure {
  readonly engine: string;
  readonly path: string;
  /** What onnxruntime said, in a clause without the places in its own source. */
  readonly message: string;
  readonly details: readonly string[];
}

interface FailureRule {
  readonly pattern: RegExp;
  fail(failure: Failure, match: RegExpExecArray): never;
}

const unreadable = (pattern: RegExp, reason: string): FailureRule => ({
  pattern,
  fail: ({ path, details }) => fail('engine-model-unreadable', { path, reason }, { details }),
});

const unsupported = (pattern: RegExp, what: (match: RegExpExecArray) => string): FailureRule => ({
  pattern,
  fail: ({ engine, path, details }, match) =>
    fail('engine-unsupported', { engine, path, what: what(match) }, { details }),
});

/** What onnxruntime 1.30 says, and what it means; the first match counts. */
const rules: readonly FailureRule[] = [
  {
    pattern: /File doesn't exist/,
    fail: ({ path }) => fail('file-not-found', { path, what: 'model' }),
  },
  {
    pattern:
      /bad_alloc|Failed to allocate memory|AllocateRawInternal|Array buffer allocation failed/,
    fail: ({ engine, path, details }) =>
      fail('engine-out-of-memory', { engine, path }, { details }),
  },
  unreadable(/model path is a directory/, 'it is a folder'),
  unreadable(/Protobuf parsing failed/, 'it is no ONNX file, or was cut short'),
  unreadable(/does not have a graph/, 'it is empty'),
  unreadable(/Node input '.*' is not a graph input/, 'a node reads a value that nothing makes'),
  unreadable(/ShapeInferenceError/, 'the shapes of its nodes contradict each other'),
  unsupported(
    /No Op registered for (\S+) with domain_version of (\d+)/,
    ([, op, opset]) => `opset ${opset} has no operator ${op}`,
  ),
  unsupported(
    /Could not find an implementation for (\S+) node/,
    ([, op]) => `it has no kernel for ${op} with these types`,
  ),
  unsupported(/Opset (\d+) is under development/, ([, opset]) => `it does not know opset ${opset}`),
  unsupported(
    /Unsupported model IR version: (\d+)/,
    ([, ir]) => `it does not know IR version ${ir}`,
  ),
];

/** The first line as a clause: "…/model.cc:187 onnxruntime::Model::Model(…) Text." becomes "Text"; the whole stays in the details. */
function clauseOf(message: string): string {
  const [line = ''] = message
    .replace(/^Load model from .*? failed:/, '')
    .replace(/\S+\.(?:cc|h|cpp):\d+ .*\)\s+/g, '')
    .trim()
    .split('\n');
  return line.trim().replace(/\.$/, '');
}

function describe(error: unknown, engine: string, path: string): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').map((line) => line.trim());
  return {
    engine,
    path,
    message: clauseOf(text),
    details: lines.filter((line) => line !== '').slice(-10),
  };
}

/** Turns what onnxruntime threw into the diagnostic that a user can act on, and throws it. */
export function failFromRuntime(
  error: unknown,
  context: { readonly engine: string; readonly path: string; readonly doing: 'build' | 'run' },
): never {
  const { engine, path, doing } = context;
  const failure = describe(error, engine, path);
  for (const rule of rules) {
    const match = rule.pattern.exec(failure.details.join('\n'));
    if (match) return rule.fail(failure, match);
  }
  const reason = failure.message || 'it gave no reason';
  const code = doing === 'build' ? 'engine-build-failed' : 'engine-run-failed';
  return fail(code, { engine, path, reason }, { details: failure.details });
}
