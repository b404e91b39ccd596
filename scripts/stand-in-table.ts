import { furtherOptions } from './further-options.ts';

/** What options.json says of an option of trtexec, as far as a parser shows it. */
export interface SheetOption {
  readonly name: string;
  /** How help writes its value (`=N`, `=ms`, `=disable|enable|force`); null: a flag. */
  readonly argument: string | null;
  readonly firstAccepted: { readonly version: string };
  /** The first release that no longer knows it. */
  readonly removed: { readonly version: string } | null;
  readonly deprecated: { readonly since: string; readonly shownBy: string } | null;
  readonly gaps?: readonly { readonly absentFrom: string; readonly absentThrough: string }[];
}

export interface OptionSheet {
  readonly coverage: { readonly tags: readonly { readonly version: string }[] };
  readonly options: readonly SheetOption[];
}

/** A row of the stand-in's own table. */
export interface StandInOption {
  readonly argument: string | null;
  /** The release that brings the option, the one that drops it, the one that brings it back, and so on. */
  readonly turns: readonly string[];
  /** The first release that prints a warning for it. */
  readonly warns?: string;
}

function turnsOf(option: SheetOption, releases: readonly string[]): readonly string[] {
  const gaps = (option.gaps ?? []).flatMap(({ absentFrom, absentThrough }) => {
    const back = releases[releases.indexOf(absentThrough) + 1];
    return back ? [absentFrom, back] : [absentFrom];
  });
  return [
    option.firstAccepted.version,
    ...gaps,
    ...(option.removed ? [option.removed.version] : []),
  ];
}

function rowOf(option: SheetOption, releases: readonly string[]): StandInOption {
  const { argument, deprecated } = option;
  const warns = deprecated?.shownBy.includes('warning') ? { warns: deprecated.since } : {};
  return { argument, turns: turnsOf(option, releases), ...warns };
}

/**
 * The table by which the tests' stand-in judges a command line. It is made from the sheet in a form and by code of its own, so that a mistake in
 * rcc's table of options, or in what makes that, is one that the stand-in does not share.
 */
export function standInTable({ coverage, options }: OptionSheet) {
  const releases = [...new Set(coverage.tags.map(({ version }) => version))];
  const all = [...options, ...furtherOptions];
  const rows = all.map((option) => [option.name, rowOf(option, releases)] as const);
  return { releases, options: Object.fromEntries(rows) };
}

/** The table as the file test/stand-in/option-table.ts. */
export function standInTableText(sheet: OptionSheet): string {
  const { releases, options } = standInTable(sheet);
  const rows = Object.entries(options).map(
    ([name, row]) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)},`,
  );
  return `// Written by scripts/trtexec-tables.ts from the option parser of the public TensorRT repository at each tag.
import type { StandInOption } from '../../scripts/stand-in-table.ts';

/** Releases whose option parser was read, oldest first. */
export const releases: readonly string[] = ${JSON.stringify(releases)};

/** What those parsers take, for the stand-in alone: the table of rcc is judged by it. */
export const options: Readonly<Record<string, StandInOption>> = {
${rows.join('\n')}
};
`;
}
