import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { countCost } from '../../../codegen/cost.ts';
import { groupBy } from '../../collections/group-by.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { formatCount } from '../../compile/trained-network.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import { findAllNearest } from '../../diagnostics/nearest.ts';
import type { Spec } from '../../language/spec.ts';
import { formatMs } from '../../report/format.ts';
import { type NetworkFigures, publishedFigures } from '../../report/network-figures.ts';
import { catalogueSpecs, publishedSpecs } from '../../report/specs-folder.ts';
import type { CommandResult } from '../command.ts';
import { formatTable, type TextTable } from '../table.ts';
import { paragraphs, type Text } from '../text.ts';

/** A spec of the package, as --json gives it. */
function rowOf(name: string, spec: Spec, figures: NetworkFigures | undefined) {
  const { file, input, classes } = spec;
  const { params, macs, flops } = countCost(lowerSpec(spec));
  return { name, file, params, macs, flops, input, classes, ...figures };
}

type Row = ReturnType<typeof rowOf>;

/** Times that have a column each: TensorRT at batch 1. */
const timed = [
  { title: 'T4 fp16', table: 't4-fp16' },
  { title: 'V100 fp32', table: 'v100-fp32' },
] as const;

const percent = (share: number | undefined): string =>
  share === undefined ? '' : formatPercent(share, 1);

function cellsOf({ name, params, macs, input, top1, latencyMs }: Row): readonly string[] {
  const { channels, height, width } = input;
  const sides = height === width ? String(height) : `${height}x${width}`;
  return [
    name,
    formatCount(params),
    formatCount(macs),
    channels === 3 ? sides : `${channels}x${sides}`,
    percent(top1),
    ...timed.map(({ table }) => {
      const ms = latencyMs?.get(table)?.[0];
      return ms === undefined ? '' : formatMs(ms);
    }),
  ];
}

function tableOf(rows: readonly Row[]): TextTable {
  const times = timed.map(({ title }) => title);
  const head = ['name', 'params', 'MACs', 'input', 'top-1', ...times];
  const align = ['left', ...Array(head.length - 1).fill('right')] as const;
  return formatTable(head, rows.map(cellsOf), align, [...times].reverse());
}

/** Those whose names hold every word, whatever the case. */
function holding(
  specs: ReadonlyMap<string, string>,
  words: readonly string[],
): readonly (readonly [string, string])[] {
  const wanted = words.map((word) => word.toLowerCase());
  return [...specs].filter(([name]) => wanted.every((word) => name.includes(word)));
}

async function rowsOf(
  specs: readonly (readonly [name: string, path: string])[],
): Promise<readonly Row[]> {
  const figures = await publishedFigures();
  const loaded = await loadSpecs(specs.map(([, path]) => path));
  return loaded.specs.map((spec, index) => {
    const name = specs[index]?.[0] ?? spec.name;
    return rowOf(name, spec, figures.get(name));
  });
}

/** What else there is: a line a folder. */
function foldersText(catalogue: ReadonlyMap<string, string>): Text {
  const folders = groupBy(catalogue.keys(), (name) => name.slice(0, name.indexOf('/')));
  const lines = [...folders].map(([folder, { length }]) => `${length} of ${folder}`);
  return [
    `and ${lines.join(', ')}:`,
    '`rcc list timm`, `rcc list resnext`.',
    'Times: milliseconds that were published for TensorRT at batch 1.',
  ];
}

/** `rcc list`: the specs that come with the package; top-1 and times are the published ones. */
export async function listSpecs(words: readonly string[]): Promise<CommandResult> {
  const [published, catalogue] = [await publishedSpecs(), await catalogueSpecs()];
  if (words.length === 0) {
    const rows = await rowsOf([...published]);
    return { text: paragraphs([tableOf(rows), foldersText(catalogue)]), data: dataOf(rows) };
  }
  const all = new Map([...published, ...catalogue]);
  const found = holding(all, words);
  if (found.length === 0) {
    const nearest = findAllNearest(words.join(' '), all.keys(), 4);
    fail('no-spec-called', { words: words.join(' '), nearest });
  }
  const rows = await rowsOf(found);
  return { text: tableOf(rows), data: dataOf(rows) };
}

function dataOf(rows: readonly Row[]) {
  return rows.map(({ latencyMs, ...row }) => ({
    ...row,
    ...(latencyMs && latencyMs.size > 0 ? { latencyMs: Object.fromEntries(latencyMs) } : {}),
  }));
}
