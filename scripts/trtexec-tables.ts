import { readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { furtherOptions } from './further-options.ts';
import { type SheetOption, standInTableText } from './stand-in-table.ts';

/**
 * Condenses two fact sheets into the tables of engines/tensorrt/planning/data, and the first into the table of the tests' stand-in:
 *
 *   npx tsx scripts/trtexec-tables.ts FOLDER
 *
 * FOLDER holds options.json (which release of trtexec takes which option, read from the public TensorRT
 * repository at each tag) and gpus.json (which release supports which GPU, from NVIDIA's release notes and matrices).
 */

interface OptionFact extends SheetOption {
  isFlag: boolean;
  lastAccepted: { version: string };
  replacement: string | null;
  defaults?: { since: string; value: string }[];
  aliasOf?: string;
}

interface OptionSheet {
  coverage: { tags: { tag: string; version: string }[] };
  options: OptionFact[];
}

interface GpuSheet {
  lines: { line: string; tags: string[]; supported: Record<string, boolean | null> }[];
  gpus: {
    cc: string;
    arch: string;
    precision: Record<string, boolean | null>;
  }[];
}

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: tsx scripts/trtexec-tables.ts FOLDER');
const optionSheet: OptionSheet = JSON.parse(readFileSync(`${folder}/options.json`, 'utf8'));
const gpuSheet: GpuSheet = JSON.parse(readFileSync(`${folder}/gpus.json`, 'utf8'));

const versions = [...new Set(optionSheet.coverage.tags.map((tag) => tag.version))];
const versionOfTag = new Map(optionSheet.coverage.tags.map(({ tag, version }) => [tag, version]));

function acceptedRanges(option: OptionFact): [string, string | null][] {
  const first = option.firstAccepted.version;
  const last = option.removed ? option.lastAccepted.version : null;
  const [gap] = option.gaps ?? [];
  if (!gap) return [[first, last]];
  const lastBefore = versions[versions.indexOf(gap.absentFrom) - 1] ?? first;
  const firstAfter = versions[versions.indexOf(gap.absentThrough) + 1] ?? first;
  return [
    [first, lastBefore],
    [firstAfter, last],
  ];
}

function valueKind(argument: string | null): string | readonly string[] {
  if (argument === null) return 'flag';
  const form = argument.replace(/^=/, '');
  if (/^[a-z_]+(\|[a-z_]+)+$/.test(form)) return form.split('|');
  if (/^<(file|dir|lib|prototxt|caffe)>$/.test(form)) return 'path';
  if (/^(N|ms|s|R|T)( |$)/.test(form)) return 'number';
  return 'text';
}

function optionRow(option: OptionFact): string {
  const fields = {
    value: valueKind(option.isFlag ? null : option.argument),
    ranges: acceptedRanges(option),
    ...(option.deprecated ? { deprecated: option.deprecated.since } : {}),
    ...(option.replacement ? { instead: option.replacement } : {}),
    ...(option.defaults ? { defaults: option.defaults.map((d) => [d.since, d.value]) } : {}),
    ...(option.aliasOf ? { aliasOf: option.aliasOf } : {}),
  };
  return `  ${JSON.stringify(option.name)}: ${JSON.stringify(fields)},`;
}

function writeOptions(): string {
  return `// Written by scripts/trtexec-tables.ts from the option parser of the public TensorRT repository at each tag.

/** Releases whose option parser was read, oldest first. */
export const coveredReleases = ${JSON.stringify(versions)} as const;

/** Every option of trtexec: form of its value, releases that take it (a null end: still taken by the newest covered release). */
export const trtexecOptions = {
${[...optionSheet.options, ...furtherOptions].map(optionRow).join('\n')}
} as const;
`;
}

function lineStart(line: GpuSheet['lines'][number]): string {
  const [firstTag] = line.tags;
  const tagged = firstTag ? versionOfTag.get(firstTag) : undefined;
  return tagged ?? `${line.line.split('-')[0]}.0`;
}

function lineEnd(line: GpuSheet['lines'][number]): string {
  const lastTag = line.tags.at(-1);
  const tagged = lastTag ? versionOfTag.get(lastTag) : undefined;
  return tagged ?? `${line.line.split('-').at(-1)}.0`;
}

function writeGpus(): string {
  const lines = gpuSheet.lines.map((line) =>
    JSON.stringify({ from: lineStart(line), to: lineEnd(line), supported: line.supported }),
  );
  // Who computes in fp8 is in the table of precisions.
  const rows = gpuSheet.gpus.map(
    ({ cc, arch, precision: { fp8: _, ...precision } }) =>
      `  ${JSON.stringify(cc)}: ${JSON.stringify({ arch, precision })},`,
  );
  return `// Written by scripts/trtexec-tables.ts from NVIDIA's release notes, support matrices and the public TensorRT repository.

/** Compute capabilities by line of releases, oldest first; null: not established by any source. */
export const supportLines = [
${lines.map((line) => `  ${line},`).join('\n')}
] as const;

/** What GPUs of a compute capability compute in; null: not established by any source. */
export const computeCapabilities = {
${rows.join('\n')}
} as const;
`;
}

const pathOf = (path: string): string => new URL(`../${path}`, import.meta.url).pathname;
const tables = {
  [pathOf('engines/tensorrt/planning/data/options.ts')]: writeOptions(),
  [pathOf('engines/tensorrt/planning/data/gpus.ts')]: writeGpus(),
  [pathOf('test/stand-in/option-table.ts')]: standInTableText(optionSheet),
};
for (const [path, text] of Object.entries(tables)) writeFileSync(path, text);
const formatting = ['check', '--write', '--colors=off', ...Object.keys(tables)];
await execa('npx', ['biome', ...formatting], { stdio: 'inherit' });
