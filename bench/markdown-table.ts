/** What a part of the bench prints. */
export interface PrintedTable {
  readonly head: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

export function markdownTable({ head, cells }: PrintedTable): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [head, head.map(() => '---'), ...cells].map(line).join('\n');
}

/** Text that stands in a cell without ending it. */
export function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
