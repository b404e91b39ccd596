/*
 * Judges every network of a folder that full_size.py wrote, in every precision:
 *
 *     npm run judge:full-size -- FOLDER [MODEL …] [--python PYTHON --check-precision FILE]
 *
 * Each is compiled twice and compared byte by byte, each number with FP32's, the logits with the framework's. With an interpreter that has onnx and
 * onnxruntime, and check-precision.py (default: the one of ../shared), that script judges the same files. The exit code is 1 when anything is wrong.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { markdownTable } from '../../bench/markdown-table.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Reference, Spec } from '../../src/language/spec.ts';
import type { FormName } from '../judges/forms.ts';
import { createFileJudge, type FormJudgement } from '../judges/judge-file.ts';
import { readFloats } from '../judges/npy.ts';
import { withWideInputs } from '../judges/wide-inputs.ts';

const judgedForms = ['fp32', 'fp16', 'int8', 'int8 for TensorRT 10.4'] as const;

/** check-precision.py and who runs it. */
interface OtherJudge {
  readonly python: string;
  readonly script: string;
}

interface Row {
  readonly model: string;
  readonly form: FormName;
  readonly judged: FormJudgement;
  /** What check-precision.py said; absent where it was not asked. */
  readonly other?: { readonly ok: boolean; readonly text: string };
}

/** check-precision.py runs onnxruntime's optimiser, which multiplies float16 scales in float16: of these it judges the numbers alone. */
const numbersAlone: ReadonlySet<FormName> = new Set(['int8 for TensorRT 10.4']);

async function askOther(
  { python, script }: OtherJudge,
  [fp32, model]: readonly [string, string],
  { input, logits = '' }: Reference,
  form: FormName,
): Promise<NonNullable<Row['other']>> {
  const answers = numbersAlone.has(form) ? [] : ['--logits', input, logits];
  const files = [fp32, model, ...answers];
  const { exitCode, all } = await execa(python, [script, ...files], { reject: false, all: true });
  return { ok: exitCode === 0, text: all.trim() };
}

/** Judges a network in one form after another. */
async function* judgeNetwork(
  spec: Spec,
  reference: Reference,
  directory: string,
  other: OtherJudge | undefined,
): AsyncGenerator<Row> {
  const input = readFloats(reference.input);
  const question = { input, logits: readFloats(reference.logits ?? '').values };
  const judge = createFileJudge({
    spec: withWideInputs(spec),
    directory,
    question,
    calibrate: reference.input,
    // Of four pictures no share may be cut off: what lies there is a picture's own largest number.
    calibrationAlgorithm: 'max',
  });
  const { modelPath: fp32 } = await judge.judge('fp32');
  for (const form of judgedForms) {
    const judged = await judge.judge(form);
    const isAsked = other && form !== 'fp32';
    const row = { model: spec.name, form, judged };
    yield isAsked
      ? { ...row, other: await askOther(other, [fp32, judged.modelPath], reference, form) }
      : row;
  }
}

function show({ model, form, judged, other }: Row): readonly string[] {
  const counts = Object.entries(judged.counts).map(([what, count]) => `${count} ${what}`);
  return [
    model,
    form,
    counts.join(', '),
    judged.error.toPrecision(2),
    judged.wrong.length === 0 ? 'right' : `${judged.wrong.length} wrong`,
    other === undefined ? '–' : other.ok ? 'accepts' : 'REFUSES',
  ];
}

const head = ['network', 'form', 'judged', 'error', 'judges', 'check-precision.py'];

function complaints({ model, form, judged, other }: Row): readonly string[] {
  const said = other && !other.ok ? [other.text] : [];
  return [...judged.wrong, ...said].map((text) => `${model}, ${form}: ${text}`);
}

async function loadNetworks(folder: string, models: readonly string[]): Promise<readonly Spec[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.rn'));
  const { specs, diagnostics } = await loadSpecFiles(files.map((name) => join(folder, name)));
  if (diagnostics.length > 0) throw new DiagnosticError(diagnostics);
  return models.length === 0 ? specs : specs.filter(({ name }) => models.includes(name));
}

async function judgeAll(
  specs: readonly Spec[],
  other: OtherJudge | undefined,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const spec of specs) {
    if (!spec.reference) throw new Error(`${spec.name} has no reference`);
    const directory = mkdtempSync(join(tmpdir(), 'rcc-full-size-'));
    try {
      for await (const row of judgeNetwork(spec, spec.reference, directory, other)) {
        rows.push(row);
        console.error([...show(row), ...complaints(row)].join('  '));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
  return rows;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    'check-precision': { type: 'string', default: '../shared/tools/check-precision.py' },
  },
});
const [folder, ...models] = positionals;
if (folder === undefined) {
  console.error('usage: judge:full-size FOLDER [MODEL …] [--python PYTHON --check-precision FILE]');
  process.exit(2);
}
const { python } = values;
const other = python === undefined ? undefined : { python, script: values['check-precision'] };
const rows = await judgeAll(await loadNetworks(folder, models), other);
console.log(markdownTable({ head, cells: rows.map(show) }));
process.exitCode = rows.length > 0 && rows.flatMap(complaints).length === 0 ? 0 : 1;
