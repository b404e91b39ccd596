import { escapeCell, markdownTable } from '../bench/markdown-table.ts';
import { type Precision, precisionNames, referencePrecision } from '../codegen/precisions.ts';
import { flagOf, type OptionRow, type OptionText } from '../engines/option-row.ts';
import { readOptions } from '../engines/read-options.ts';
import { computeCapabilities, supportLines } from '../engines/tensorrt/planning/data/gpus.ts';
import { images } from '../engines/tensorrt/planning/data/images.ts';
import { checkPrecision, checkSupport, parseGpu } from '../engines/tensorrt/planning/gpu.ts';
import { type TensorrtIntent, tensorrtIntent } from '../engines/tensorrt/planning/intent.ts';
import {
  type TensorrtOptionRow,
  tensorrtOptionRows,
} from '../engines/tensorrt/planning/option-rows.ts';
import type { CommandKind } from '../engines/tensorrt/planning/option-rules.ts';
import { splitArgument } from '../engines/tensorrt/planning/option-table.ts';
import {
  type TensorrtOptions,
  tensorrtOptionsSchema,
} from '../engines/tensorrt/planning/options.ts';
import { type PlanResult, planTrtexec } from '../engines/tensorrt/planning/plan.ts';
import type { GraphFlavour } from '../engines/tensorrt/planning/precision-recipes.ts';
import { resolveRelease, supportedReleases } from '../engines/tensorrt/planning/release.ts';
import {
  newestCovered,
  oldestSupportedOrder,
  orderOf,
  releaseLine,
} from '../engines/tensorrt/planning/release-order.ts';
import { partDefinitions } from '../engines/tensorrt/running/measurement.ts';
import { type TimingRow, timingRows } from '../engines/timing-rows.ts';
import { tensorrtMessages } from '../src/diagnostics/messages/tensorrt.ts';

const introduction = `# TensorRT

Written by \`npm run gen\` from the tables that rcc plans with (\`engines/tensorrt\`, \`scripts/tensorrt-docs.ts\`): every argument on this page is one that rcc would pass. It was never run
on a GPU of ours ([first-run.md](first-run.md) is for who has one); what a release takes was read from the option parser of its trtexec, and what a GPU is supported by from NVIDIA's release notes and matrices.

## What happens

\`rcc compile SPEC --target tensorrt\` writes \`model.onnx\` in the form that the release needs, lets trtexec build an engine of it for each batch, runs every engine against the unfolded
graph and times it. \`--target auto\`, the default, does so where trtexec and a GPU that its release supports are found, and takes onnxruntime elsewhere, saying why.

- trtexec is looked for in \`--trtexec\`, \`TRTEXEC\`, PATH, \`TENSORRT_HOME/bin\` and \`/usr/src/tensorrt/bin\`, in this order. The first two also take a command that starts it:
  \`docker run --rm --gpus all -v {dir}:{dir} IMAGE trtexec\` or \`ssh HOST trtexec\`; \`{dir}\` is the folder where the artifact is made, inside of its own; it has to have the same path on both sides.
- The release comes from trtexec's banner; GPU, driver, memory and clocks from \`nvidia-smi\` (\`NVIDIA_SMI\`, beside trtexec in the same command prefix, PATH). Without it the GPU is read
  from trtexec's own output, and a note says what is missing from the timings.
- \`rcc doctor --target tensorrt\` shows each part as found, needed and how to get it.
- \`rcc compile SPEC --dry-run --trt RELEASE --gpu GPU\` prints graph, commands, cache key and files for any release and GPU, on any machine; with \`--json\` each command is an array.
- Releases from ${releaseLine(oldestSupportedOrder)} on are driven. One that is newer than ${newestCovered} is treated as ${newestCovered}, with a note.
- A build goes to a temporary name and gets its own when it is whole; two builds on one GPU take turns; a timing cache is shared by the builds of one release and GPU
  (\`RCC_CACHE_DIR\`, or \`~/.cache/rcc\`), and so are whole engines ([engine-cache.md](engine-cache.md)). The log of each run lies beside the engine: \`trtexec-build.log\`, \`trtexec-time.log\`, \`trtexec-run.log\`. \`rcc bench\` and
  \`rcc verify\` build in a temporary folder. Of a run that failed the log alone is left, in a temporary folder that the error names.
- While it runs, what trtexec is at and for how long is shown, beside how long the same run took last time. Ctrl-C ends it with all that it started and leaves no half engine.`;

const timing = `## What a timing holds

Of one batch, in the words of trtexec:

- Host latency: copy to the GPU, compute and copy back; with \`--no-transfers\` compute alone.
${Object.values(partDefinitions)
  .map((definition) => `- ${definition}`)
  .join('\n')}
- Throughput: whole batches a second through all streams, times the batch.

TensorRT 11 leaves transfers out, captures a CUDA graph and waits in a busy loop unless it is told otherwise. rcc tells every release the same (transfers in, graph off, spin wait off, one
stream), so that figures of two releases are of one thing, and writes the definition beside each figure.

- Minimum, mean, median, p90, p95, p99 and coefficient of variation come from the times of single runs (\`--exportTimes\`), from the printed summary where these are missing; \`source\` in the
  figures says which.
- \`rcc bench\` warms up for 500 ms and counts at least 3000 ms and 100 runs; \`rcc compile\` ends with a first impression, 200 ms and at least 800 ms.
- Clocks, temperature and throttle reasons are read before, once a second during and after a run (beside a command prefix: before and after). A timing of a GPU that was throttled by heat or hardware is not stable; one at its power cap may be, and a note says which clock it reached.
- A timing is stable where the middle half of its GPU compute times spreads over no more than \`--stable\` of their median, the second half of the runs is no further than that from the first, and
  p99 is at most twice the median. One that is not is repeated, up to \`--repeats\` times; the steadiest counts, its warnings and trtexec's own go with it.
- Figures of a GPU and of a processor never stand in one table.`;

const manifest = `## The manifest, and check-engine

\`manifest.json\` holds what decides whether an engine loads elsewhere, and how to build it again: TensorRT's full version, compute capability and name of the GPU, driver, CUDA, system, the form
of the graph, size, digest and batches of each engine, the arguments that built it, cache key, digests of spec, weights, labels and model, preprocessing, and the command of rcc.

\`rcc check-engine DIR\` compares it with this machine and prints expected, found and the command that rebuilds the artifact. It ends with 1 where something does not fit:

| | fits | doubtful | does not fit |
| --- | --- | --- | --- |
| TensorRT | the same release; with \`--version-compatible\` a later one, 8 to 10 and 10 to 11 | | any other |
| compute capability | the same; with \`--hardware-compatibility ampere+\` 8.0 and later | | any other |
| GPU | the same model, or any with \`--hardware-compatibility\` | another of the same compute capability | |
| driver, CUDA | the same or newer | older, or not known | |
| system | the same | | any other |
| engines | there, with the digests as recorded | | missing, or changed |
| model.onnx | there, with the digest as recorded | not there | changed |

\`rcc rebuild DIR\` makes the artifact again for this machine, verifies it and then replaces the old: [rebuild.md](rebuild.md).

The cache key is the digest of [its parts](engine-cache.md#what-decides-an-engine): the same key, the same engine.`;

const model = {
  path: 'model.onnx',
  directory: '.',
  inputs: [{ name: 'input', dataType: 'float32', shape: ['N', 3, 224, 224] }],
  outputs: [{ name: 'logits', dataType: 'float32', shape: ['N', 1000] }],
} as const;

/** A GPU that computes in every precision and that every release supports. */
const gpu = parseGpu('8.9');

function planFor(release: string, intent: TensorrtIntent): PlanResult {
  return planTrtexec(intent, { release: resolveRelease(release), gpu }, model);
}

/** Runs of releases that have the same text, oldest first. */
function byRelease(textOf: (release: string) => string): readonly (readonly [string, string])[] {
  const groups: { text: string; from: string; to: string }[] = [];
  for (const release of supportedReleases) {
    const text = textOf(release);
    const last = groups.at(-1);
    if (last?.text === text) last.to = release;
    else groups.push({ text, from: release, to: release });
  }
  return groups.map(({ text, from, to }) => {
    if (to === newestCovered) return [groups.length === 1 ? 'all' : `from ${from}`, text];
    return [from === to ? from : `${from} to ${to}`, text];
  });
}

const code = (text: string): string => `\`${text}\``;

/* Precisions */

const graphWords: Readonly<Record<GraphFlavour, string>> = {
  fp32: 'FP32 graph',
  'typed-fp16': 'typed FP16 graph',
  'int8-qdq': 'INT8 graph with quantisers',
  'fp8-qdq': 'FP8 graph with quantisers',
};
const precisionFlags = new Set(['--fp16', '--int8', '--stronglyTyped', '--noTF32']);

function precisionText(release: string, precision: Precision): string {
  const { plan } = planFor(release, tensorrtIntent({ precision, batches: [1] }));
  const [build] = plan?.commands ?? [];
  const flags = build?.args.filter((argument) => precisionFlags.has(argument)) ?? [];
  const graph = plan ? graphWords[plan.graph] : 'refused';
  return [graph, flags.length > 0 ? flags.map(code).join(' ') : 'no flag'].join(', ');
}

function precisionTable(): string {
  const rows = byRelease((release) =>
    precisionNames.map((p) => precisionText(release, p)).join('\n'),
  );
  const cells = rows.map(([releases, texts]) => [releases, ...texts.split('\n')]);
  return markdownTable({ head: ['TensorRT', ...precisionNames], cells });
}

/* GPUs */

const supportWords = { error: 'no', warning: 'doubtful', note: '?' } as const;

function supportCell(capability: string, release: string): string {
  const [against] = checkSupport(parseGpu(capability), resolveRelease(release));
  return against ? supportWords[against.severity] : 'yes';
}

function lineText(from: string, to: string): string {
  const [first, last] = [from, to].map((version) => releaseLine(orderOf(version)));
  return first === last ? `${first}` : `${first} to ${last}`;
}

function gpuTable(): string {
  const capabilities = Object.keys(computeCapabilities);
  const rows = supportLines
    .filter(({ from }) => orderOf(from) >= oldestSupportedOrder)
    .map(({ from, to }) => [
      lineText(from, to),
      ...capabilities.map((cc) => supportCell(cc, from)),
    ]);
  const precisionRows = precisionNames
    .filter((name) => name !== referencePrecision)
    .map((precision) => [
      `rcc builds ${precision}`,
      ...capabilities.map((cc) => {
        const [against] = checkPrecision(parseGpu(cc), precision);
        return against ? supportWords[against.severity] : 'yes';
      }),
    ]);
  const head = Object.entries(computeCapabilities).map(([cc, { arch }]) => `${cc} ${arch}`);
  return markdownTable({ head: ['TensorRT', ...head], cells: [...rows, ...precisionRows] });
}

function imageTable(): string {
  const cells = images.map(({ tag, tensorrt, isProven, cuda, leastCapability, source }) => [
    `\`${tag}-py3\``,
    isProven ? tensorrt : `${tensorrt}, expected`,
    cuda ?? '?',
    leastCapability,
    source,
  ]);
  const head = ['tensorrt:', 'TensorRT', 'CUDA', 'GPUs from', 'source'];
  return markdownTable({ head, cells: cells.map((row) => row.map((cell) => escapeCell(cell))) });
}

/* Options */

/** A value of each option, as it stands on a command line; true: a flag without one. */
const examples: Readonly<Record<keyof TensorrtOptions | TimingRow['key'], string | true>> = {
  trtexec: 'docker run --rm --gpus all IMAGE trtexec',
  trt: '8.6',
  gpu: 't4',
  profile: '1:4:8',
  typing: 'weak',
  tf32: true,
  workspaceMiB: '4096',
  timingCache: 'none',
  optimizationLevel: '5',
  versionCompatible: true,
  hardwareCompatibility: 'same-compute-capability',
  refit: true,
  stripWeights: true,
  sparsity: 'enable',
  inputFormat: 'hwc',
  outputFormat: 'chw',
  auxStreams: '0',
  profilingVerbosity: 'none',
  profileLayers: true,
  streams: '2',
  cudaGraph: true,
  spinWait: true,
  transfers: 'false',
  warmUpMs: '1000',
  durationMs: '10000',
  iterations: '500',
  percentiles: '99.9',
  repeats: '5',
  stableVariation: '0.01',
  device: '1',
  timeoutS: '600',
  buildArguments: '--maxTactics=1',
  runArguments: '--avgRuns=100',
};

type Row = TensorrtOptionRow | TimingRow;

const isTiming = (row: Row): row is TimingRow => 'least' in row;

/** The example as a command line gives it. */
function textOf({ key, repeatable }: Row): OptionText {
  const example = examples[key];
  if (repeatable) return [String(example)];
  return example === 'false' ? false : example;
}

/** What the example asks for. */
function valuesOf(row: Row): Partial<TensorrtIntent> {
  if (isTiming(row)) return { [row.key]: Number(examples[row.key]) };
  const texts = { [row.key]: textOf(row) };
  const {
    trtexec: _,
    trt: _trt,
    gpu: _gpu,
    ...own
  } = readOptions(tensorrtOptionsSchema, tensorrtOptionRows, texts);
  return own;
}

function exampleIntent(row: Row, given: boolean): TensorrtIntent {
  // What decides the types is seen where there is a choice.
  const precision = row.key === 'typing' ? 'fp16' : 'fp32';
  return tensorrtIntent({ ...(given ? valuesOf(row) : {}), batches: [1], precision });
}

const kinds = ['build', 'time', 'profile'] as const satisfies readonly CommandKind[];
const kindWords: Readonly<Record<(typeof kinds)[number], string>> = {
  build: '',
  time: '',
  profile: 'in a run of its own: ',
};

/** The arguments of one kind of command; of those that name files of the artifact only the name. */
function argumentsOf({ plan }: PlanResult, kind: CommandKind): readonly string[] {
  const args = plan?.commands.find((command) => command.kind === kind)?.args ?? [];
  const files = /^--(onnx|saveEngine|loadEngine|timingCacheFile|export\w+)$/;
  return args.map((argument) => {
    const { name } = splitArgument(argument);
    return files.test(name) ? name : argument;
  });
}

function changesOf(plain: PlanResult, changed: PlanResult): string {
  const texts = kinds.map((kind) => {
    const [before, after] = [plain, changed].map((result) => argumentsOf(result, kind));
    const added = after?.filter((argument) => !before?.includes(argument)) ?? [];
    const names = new Set(added.map((argument) => splitArgument(argument).name));
    const left = before?.filter((argument) => {
      const isReplaced = names.has(splitArgument(argument).name);
      return !after?.includes(argument) && !isReplaced;
    });
    if (after?.length === 0) return '';
    const parts = [...added.map(code), ...(left ?? []).map((argument) => `no ${code(argument)}`)];
    return parts.length > 0 ? `${kindWords[kind]}${parts.join(' ')}` : '';
  });
  return [...new Set(texts.filter((text) => text !== ''))].join('; ');
}

/** What trtexec is told of an option that is given, beside what it is told anyway. */
function becomes(row: Row, release: string): string {
  const [plain, changed] = [false, true].map((given) =>
    planFor(release, exampleIntent(row, given)),
  );
  if (!plain || !changed) return '';
  const known = new Set(plain.diagnostics.map(({ message }) => message));
  const codes = changed.diagnostics.filter(({ message }) => !known.has(message)).map((d) => d.code);
  const told = [...new Set(codes)].map(code).join(', ');
  if (!changed.plan) return `refused: ${told}`;
  const changes = changesOf(plain, changed) || 'nothing more';
  return told ? `${changes}; note ${told}` : changes;
}

/** An option as a user gives it. */
function given(row: Row): string {
  const [example, flag] = [examples[row.key], flagOf(row)];
  if (example === true || example === 'false') return flag;
  if (row.repeatable) return `${flag}=${example}`;
  return `${flag} ${example.includes(' ') ? `"${example}"` : example}`;
}

function nameCell({ flags, doc, default: usual }: OptionRow): string {
  return `${code(flags)}<br>${doc} Default: ${usual}.`;
}

function optionCells(row: Row): readonly string[] {
  const groups = byRelease((release) => becomes(row, release));
  const own = groups.length === 1 && groups[0]?.[1] === 'nothing more';
  const told = groups.map(([releases, text]) =>
    releases === 'all' ? text : `${releases}: ${text}`,
  );
  return [
    nameCell(row),
    code(given(row)),
    own ? 'rcc’s own: trtexec is not told' : told.join('<br>'),
  ].map(escapeCell);
}

function rowsOf(group: TensorrtOptionRow['group']): readonly TensorrtOptionRow[] {
  return tensorrtOptionRows.filter((row) => row.group === group);
}

/** Options that say where trtexec runs and what for: it is not told of them. */
function machineTable(): string {
  const cells = rowsOf('machine').map((row) => [nameCell(row), code(given(row))].map(escapeCell));
  return markdownTable({ head: ['option', 'for example'], cells });
}

function optionTable(rows: readonly Row[]): string {
  return markdownTable({
    head: ['option', 'for example', 'becomes'],
    cells: rows.map(optionCells),
  });
}

/* Diagnostics */

function messageTable(): string {
  const cells = Object.entries(tensorrtMessages).map(([name, { severity, cause, cure }]) =>
    [code(name), severity, `${cause} ${cure ?? ''}`.trim()].map(escapeCell),
  );
  return markdownTable({ head: ['code', 'severity', 'cause and cure'], cells });
}

/** docs/tensorrt.md, whole. */
export function tensorrtDocs(): string {
  return `${[
    introduction,
    '## Precision by release',
    'Up to 9.0 the builder chooses the types (weak typing), from 9.1 the graph does; `--typing` overrides that where the release has both.',
    precisionTable(),
    'FP32 means FP32: TF32 is off unless `--tf32` is given. An INT8 graph has INT8 weights from 10.0; before, they have quantisers of their own and are float16 where the rest of the graph is (strong typing, unless `--int8-rest fp32`), else float32.',
    '## GPU by release',
    'Compute capability 7.0 is a V100, 7.5 a T4. `?`: no source says; rcc tries, with a note. What is `no` is refused before anything is made.',
    gpuTable(),
    'TensorRT 11.0 on a T4 is known from apache/beam#33078, not from a run of rcc: three engines were built and verified on one with 11.0.0.114, driver 580 or newer.',
    '## Images',
    'NVIDIA’s monthly images `nvcr.io/nvidia/tensorrt:TAG-py3`. `rcc doctor`, `--dry-run` and the errors of releases name one with its command. What no stored source says is expected; nothing is refused because of it.',
    imageTable(),
    '## Options of the machine',
    'Without `--dry-run`, release and GPU are those of this machine.',
    machineTable(),
    '## Options of the build',
    'The last column is what trtexec is told in addition, in each release. An engine is built for each of the `--batches`, 1,4,8 where none are given, or one for the range of a `--profile`; `--batch` of `rcc compile` fixes the batch in the graph. What a release lacks is refused or noted, never left out in silence.',
    optionTable(rowsOf('build')),
    '## Options of the timing',
    `${timingRows.map((row) => code(flagOf(row))).join(', ')} are the same for every target that times.`,
    optionTable([...timingRows, ...rowsOf('time')]),
    timing,
    manifest,
    '## Diagnostics',
    '`rcc explain CODE` tells more of each. Those of a run that failed show the last lines of its output and where the whole of it is; those of a node show the line of the spec that it comes from.',
    messageTable(),
  ].join('\n\n')}\n`;
}
