/*
 * Judges every network of the ResNet families as its own framework makes it, one after the other:
 *
 *     npm run judge:families -- DIR --torch PYTHON --paddle PYTHON [--families FILE] [--docs FILE] [NAME …]
 *
 * families.py makes random weights, inputs and logits in DIR; `rcc init` writes the spec, and the answers at two sizes decide. What no file can tell is given from the
 * words of the list, as a person would, and the table says so. The words must be the same network, or agree as well. A network without words must be refused.
 * The rows of docs/families.md that were judged are replaced. The exit code is 1 when anything is wrong.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { markdownTable } from '../../bench/markdown-table.ts';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { greatest } from '../../src/collections/extremes.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { verifySpec } from '../../src/compile/verify.ts';
import type { Spec } from '../../src/language/spec.ts';
import { rcc } from '../helpers/cli.ts';
import { embedded } from '../helpers/targets.ts';
import { type Family, readFamilies, specOfWords, wordsOf } from './family-words.ts';

/** Largest error that a right network may have, as a share of the logits' standard deviation. */
const mostError = 2e-4;

/** Largest error that float32 may make in the framework's own network, against its float64: a larger one would say nothing of rcc. */
const mostRounding = mostError / 10;

/** Larger networks are made only where their name is given: their files have gigabytes. */
const mostParams = 100e6;

const madeSchema = z.union([
  z.object({
    name: z.string(),
    folder: z.string(),
    weights: z.string(),
    sides: z.tuple([z.number(), z.number()]),
    /** Of the framework's own float32; absent where no words say the network. */
    rounding: z.number().optional(),
  }),
  z.object({ name: z.string(), failed: z.string() }),
]);
type Made = Extract<z.infer<typeof madeSchema>, { folder: string }>;

interface Row {
  readonly family: Family;
  readonly outcome: string;
  readonly isWrong: boolean;
}

/** What a file may hide, of the properties that decide a network. */
const hidden = [
  'antiAlias',
  'strides',
  'dilations',
  'pool',
  'stemPool',
  'strideIn',
  'epsilon',
  'multiPath',
  'norm',
] as const;

const words: Readonly<Record<(typeof hidden)[number], string>> = {
  antiAlias: 'anti-alias',
  strides: 'strides',
  dilations: 'dilations',
  pool: 'pool',
  stemPool: 'stem-pool',
  strideIn: 'stride',
  epsilon: 'epsilon',
  multiPath: 'multi-path',
  norm: 'norm',
};

/** The graph as text, without the name of its model. */
function graphText(spec: Spec): string {
  const { nodes, initializers } = lowerSpec(spec);
  const parameters = [...initializers.values()].map(({ name, slot, type }) => ({
    name,
    slot,
    type,
  }));
  return JSON.stringify({ nodes, parameters });
}

const target = await embedded('fp32', createOnnxruntimeEngine({ threads: 1 }));

/** Largest error of a spec at one side. */
async function errorAt(spec: Spec, { folder }: Made, side: number): Promise<number> {
  const reference = {
    input: join(folder, `${side}.input.npy`),
    logits: join(folder, `${side}.logits.npy`),
  };
  const input = { ...spec.input, height: side, width: side };
  const { verdict } = await verifySpec({ ...spec, input }, { target, reference });
  return verdict.relativeError?.max ?? Number.POSITIVE_INFINITY;
}

async function errorsOf(spec: Spec, made: Made): Promise<readonly number[]> {
  const errors: number[] = [];
  for (const side of made.sides) errors.push(await errorAt(spec, made, side));
  return errors;
}

/** The spec that `rcc init` writes; a text where it refuses. */
async function initialSpec({ folder, weights, sides }: Made): Promise<Spec | string> {
  const path = join(folder, 'network.rn');
  const { exitCode, stderr } = await rcc(
    ...['init', join(folder, weights), '--output', path, '--input', `${sides[0]}`],
  );
  if (exitCode !== 0) return stderr.trim();
  const { specs, diagnostics } = await loadSpecFiles([path]);
  const [spec] = specs;
  return spec ?? diagnostics.map(({ message }) => message).join(' ');
}

/** The spec with what the file hides as the words have it, and what had to be given. */
function answered(
  spec: Spec,
  wanted: Spec,
): { readonly spec: Spec; readonly given: readonly string[] } {
  const given = hidden.filter(
    (name) => JSON.stringify(spec[name]) !== JSON.stringify(wanted[name]),
  );
  const values = Object.fromEntries(given.map((name) => [name, wanted[name]]));
  return { spec: { ...spec, ...values }, given: given.map((name) => words[name]) };
}

function isNear(errors: readonly number[]): boolean {
  return errors.every((error) => error <= mostError);
}

function errorText(errors: readonly number[]): string {
  return greatest(errors).toExponential(1);
}

function isFitToJudge({ rounding = Number.POSITIVE_INFINITY }: Made): boolean {
  return rounding <= mostRounding;
}

async function judgeSaid(family: Family, said: string, made: Made): Promise<Row> {
  const row = (outcome: string, isWrong: boolean) => ({ family, outcome, isWrong });
  const found = await initialSpec(made);
  if (typeof found === 'string') return row(`DISAGREES: init: ${found}`, true);
  const wanted = specOfWords(said, made.sides[0]);
  const { spec, given } = answered(found, wanted);
  const errors = await errorsOf(spec, made);
  const isSame = graphText(spec) === graphText(wanted);
  const own = isSame ? errors : await errorsOf({ ...spec, ...networkOf(wanted) }, made);
  const told = given.length > 0 ? `; given: ${given.join(', ')}` : '';
  const error = `${errorText([...errors, ...own])} (own ${made.rounding?.toExponential(1)})${told}`;
  if (!isFitToJudge(made)) return row(`NOT JUDGED, its numbers are too sensitive: ${error}`, true);
  if (!isNear(errors) || !isNear(own)) return row(`DISAGREES: ${error}`, true);
  return row(`agrees: ${error}`, false);
}

/** What of the words decides the network. */
function networkOf({
  name: _,
  file: __,
  spans: ___,
  preprocess: ____,
  expect: _____,
  ...network
}: Spec) {
  return network;
}

async function judgeUnsaid(family: Family, made: Made): Promise<Row> {
  const found = await initialSpec(made);
  if (typeof found !== 'string')
    return { family, outcome: 'DISAGREES: init describes it', isWrong: true };
  const reason = /'[^']*': (.*?)\.?( \[[\w-]+\])?\n/.exec(`${found}\n`)?.[1] ?? found;
  return { family, outcome: `cannot be said: ${reason.replaceAll('|', '/')}`, isWrong: false };
}

async function judge(family: Family, made: Made): Promise<Row> {
  const said = wordsOf(family);
  try {
    return said === undefined
      ? await judgeUnsaid(family, made)
      : await judgeSaid(family, said, made);
  } catch (error) {
    return {
      family,
      outcome: `DISAGREES: ${(error as Error).message.split('\n')[0]}`,
      isWrong: true,
    };
  } finally {
    rmSync(made.folder, { recursive: true, force: true });
  }
}

function keyOf({ framework, name }: Pick<Family, 'framework' | 'name'>): string {
  return `${framework}/${name}`;
}

/** Makes networks with one Python and judges each as soon as it is there. */
async function judgeWith(
  python: string,
  families: readonly Family[],
  { directory, list, onRow }: { directory: string; list: string; onRow: (row: Row) => void },
): Promise<void> {
  const script = join(import.meta.dirname, 'families.py');
  const child: ChildProcess = spawn(python, [script, directory, list, ...families.map(keyOf)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('Python has no streams');
  stdin.on('error', () => {});
  for await (const line of createInterface({ input: stdout })) {
    if (!line.startsWith('{')) continue;
    const made = madeSchema.parse(JSON.parse(line));
    const family = families.find((one) => keyOf(one) === made.name);
    if (!family) throw new Error(`${made.name} was not asked for`);
    onRow(
      'failed' in made
        ? { family, outcome: `not tried: its framework fails (${made.failed})`, isWrong: false }
        : await judge(family, made),
    );
    stdin.write('\n');
  }
}

/** The rows that stand in the document, by framework and name. */
function rowsIn(path: string): Map<string, string> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return new Map(
    [...text.matchAll(/^\| (\S+) \| (\S+) \| .* \| (.*) \|$/gm)].map(
      ([, name, framework, outcome = '']) => [`${framework}/${name}`, outcome],
    ),
  );
}

function unmade(family: Family): string {
  if (family.needs.includes('broken')) return 'not tried: the class cannot run';
  return family.params > mostParams
    ? `not tried: ${Math.round(family.params / 1e6)} M parameters`
    : 'not tried';
}

function writeTable(
  path: string,
  families: readonly Family[],
  outcomes: ReadonlyMap<string, string>,
): void {
  const cells = families.map((family) => [
    family.name,
    family.framework,
    wordsOf(family) ?? '–',
    outcomes.get(keyOf(family)) ?? unmade(family),
  ]);
  const starting = (start: string) =>
    cells.filter(([, , , outcome]) => outcome?.startsWith(start)).length;
  const counts = ['agrees', 'cannot be said', 'not tried', 'DISAGREES'].map(
    (start) => `${start}: ${starting(start)}`,
  );
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Families\n\n';
  const [intro = ''] = text.split(/^<!-- table -->\n/m);
  const table = markdownTable({ head: ['network', 'framework', 'words', 'judged'], cells });
  writeFileSync(
    path,
    `${intro}<!-- table -->\n\n${families.length} networks. ${counts.join(', ')}.\n\n${table}\n`,
  );
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    torch: { type: 'string' },
    paddle: { type: 'string' },
    families: { type: 'string', default: '../shared/seed/families.json' },
    docs: { type: 'string', default: 'docs/families.md' },
  },
});
const [directory, ...only] = positionals;
if (directory === undefined) {
  console.error('usage: judge:families DIR --torch PYTHON --paddle PYTHON [NAME …]');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
const families = readFamilies(values.families);
const isAsked = (family: Family) =>
  only.includes(keyOf(family)) ||
  (family.params <= mostParams &&
    !family.needs.includes('broken') &&
    (only.length === 0 || only.includes(family.framework)));
const asked = families.filter(isAsked).toSorted((a, b) => a.params - b.params);
const outcomes = rowsIn(values.docs);
let wrong = 0;
const onRow = ({ family, outcome, isWrong }: Row) => {
  if (isWrong) wrong++;
  console.log(`${keyOf(family)}  ${outcome}`);
  outcomes.set(keyOf(family), outcome);
  writeTable(values.docs, families, outcomes);
};
for (const [python, isPaddle] of [
  [values.torch, false],
  [values.paddle, true],
] as const) {
  const own = asked.filter(({ framework }) => (framework === 'paddleclas') === isPaddle);
  if (python && own.length > 0)
    await judgeWith(python, own, { directory, list: values.families, onRow });
}
process.exitCode = wrong > 0 ? 1 : 0;
