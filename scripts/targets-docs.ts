import { precisions } from '../codegen/precisions.ts';
import { flagOf, type OptionRow } from '../engines/option-row.ts';
import { timingRows } from '../engines/timing-rows.ts';
import { targets } from '../src/targets/targets.ts';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

function optionTable(rows: readonly OptionRow[]): string {
  const lines = rows.map(
    (row) => `| \`${cell(row.flags)}\` | ${cell(row.doc)} | ${cell(row.default)} |`,
  );
  return ['| option | what it does | default |', '| --- | --- | --- |', ...lines].join('\n');
}

function targetSection({ name, title, options }: (typeof targets)[number]): string {
  const told = options.length > 0 ? optionTable(options) : 'No options.';
  return `## ${title}: \`--target ${name}\`\n\n${told}`;
}

function precisionTable(): string {
  const lines = precisions.map(
    ({ name, title, dataType, bytesPerWeight, tolerance }) =>
      `| \`--${name}\` | ${title} | ${dataType}, ${bytesPerWeight} | ${tolerance.reason} |`,
  );
  const head = '| option | name | weights, bytes each | what its logits may differ |';
  return [head, '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** docs/targets.md: every precision, every target and its options. */
export function targetsDocs(): string {
  const flags = timingRows.map(flagOf).join(', ');
  return `${[
    '<!-- Written by `npm run gen` from codegen/precision-table.ts and the targets in src/targets/targets.ts. -->',
    '# Targets and precisions',
    `\`rcc help TARGET\` prints a target's options. Each that is given is read and checked whatever the target; one that belongs to another target changes nothing, and a warning says so. How long is timed (${flags}) and which batches (--batches) hold for every target.`,
    precisionTable(),
    ...targets.map(targetSection),
  ].join('\n\n')}\n`;
}
