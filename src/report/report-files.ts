import type { ChartVerdict } from './charts/chart.ts';
import type { PngRenderer } from './charts/png.ts';
import { chartFile } from './charts/render-chart.ts';
import { reportToHtml } from './page/page.ts';
import type { Provenance, Report, Section } from './report.ts';
import {
  markdownText,
  notesToMarkdown,
  tableToCsv,
  tableToMarkdown,
  withSharedNotes,
} from './table.ts';

/** A file of a report, by its path below the report's folder. */
export interface ReportFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

function provenanceToMarkdown({ id, title, facts, remarks }: Provenance): string {
  const lines = [
    `- **${id}** ${title}`,
    ...facts.map(([name, value]) => `  - ${name}: ${value}`),
    ...remarks.map((remark) => `  - ${remark}`),
  ];
  return lines.join('\n');
}

function warningToMarkdown(warning: string | undefined): readonly string[] {
  return warning === undefined ? [] : [`> **${warning}**`];
}

/** What a verdict is of, its headline in bold, its other sentences as a list. */
function verdictToMarkdown(verdict: ChartVerdict): readonly string[] {
  const { place, headline, sentences, note } = verdict;
  if (headline === undefined && sentences.length === 0) return [];
  return [
    `${markdownText(place)}:`,
    ...(headline === undefined ? [] : [`**${markdownText(headline)}**`]),
    ...(sentences.length > 0
      ? [sentences.map((sentence) => `- ${markdownText(sentence)}`).join('\n')]
      : []),
    ...(note === undefined ? [] : [markdownText(note)]),
  ];
}

/** Charts with their verdicts, and tables. */
function inOrder({ charts, tables: all, tablesFirst }: Section): readonly string[] {
  const drawings = charts.flatMap((chart) => [
    ...(chart.verdict ? verdictToMarkdown(chart.verdict) : []),
    `![${chart.title}](charts/${chart.id}.svg)`,
  ]);
  const { tables, notes } = withSharedNotes(all);
  const figures = [
    ...tables.map((table) => tableToMarkdown(table).trimEnd()),
    ...(notes.length > 0 ? [notesToMarkdown(notes)] : []),
  ];
  return tablesFirst ? [...figures, ...drawings] : [...drawings, ...figures];
}

/** The tables, with the charts as pictures beside them: for a repository or a pull request. */
function reportToMarkdown(report: Report): string {
  const { title, lede, warning, sections, provenance, createdAt, rcc } = report;
  const parts = [
    `# ${title}`,
    ...warningToMarkdown(warning),
    ...lede,
    ...sections.flatMap((section) => [
      `## ${section.title}`,
      ...warningToMarkdown(section.warning),
      ...section.intro,
      ...inOrder(section),
    ]),
    '## Where the figures come from',
    provenance.map(provenanceToMarkdown).join('\n'),
    `Written by rcc ${rcc}, ${createdAt}.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Every file of a report: `index.html`, `report.md`, `report.json`, the charts as SVG (and PNG where it can be drawn), the tables as Markdown and CSV. */
export function* reportFiles(report: Report, toPng?: PngRenderer): Generator<ReportFile> {
  yield { path: 'index.html', content: reportToHtml(report) };
  yield { path: 'report.md', content: reportToMarkdown(report) };
  yield { path: 'report.json', content: `${JSON.stringify(report, null, 2)}\n` };
  for (const chart of report.sections.flatMap(({ charts }) => charts)) {
    yield { path: `charts/${chart.id}.svg`, content: chartFile(chart, { themed: true }) };
    if (toPng) {
      const png = toPng(chartFile(chart, { themed: false }));
      yield { path: `charts/${chart.id}.png`, content: png };
    }
  }
  for (const table of report.sections.flatMap(({ tables }) => tables)) {
    yield { path: `tables/${table.id}.md`, content: tableToMarkdown(table) };
    yield { path: `tables/${table.id}.csv`, content: tableToCsv(table) };
  }
}
