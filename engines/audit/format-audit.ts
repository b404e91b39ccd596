import { greatest } from '../../src/collections/extremes.ts';
import { formatMs } from '../../src/diagnostics/format-ms.ts';
import { formatPercent } from '../../src/diagnostics/format-percent.ts';
import { positionAt } from '../../src/diagnostics/source.ts';
import type { AuditReport } from './audit.ts';
import { countFused } from './block-verdicts.ts';
import { type AuditFinding, precisionTypes } from './context.ts';
import { layerSources } from './layer.ts';

/** Findings of one code that are told one by one; the others are counted. */
const shownPerCode = 4;

/** `specs/resnet50_vd.rn:4`, or nothing where the node has no line. */
function lineOf({ diagnostic: { span } }: AuditFinding): string {
  return span ? `${span.file.path}:${positionAt(span.file, span.start).line}` : '';
}

function countedTypes(report: AuditReport): string {
  const counts = new Map<string, number>();
  for (const { writes } of report.blocks) {
    if (writes) counts.set(writes, (counts.get(writes) ?? 0) + 1);
  }
  return [...counts].map(([type, count]) => `${count} write ${type}`).join(', ');
}

function summaryRows(report: AuditReport): readonly (readonly [string, string])[] {
  const { kernels, operations, blocks, inPrecision, onTensorCores, precision } = report;
  const types = countedTypes(report);
  const least =
    operations === undefined ? '' : ` for ${operations} convolutions, pools and matrix products`;
  return [
    ['kernels', `${kernels}${least}`],
    ['residual blocks', `${countFused(blocks, '')}${types ? `; ${types}` : ''}`],
    [
      'precision',
      inPrecision.of === 0
        ? 'not shown'
        : `${inPrecision.count} of ${inPrecision.of} convolutions and matrix products in ${precisionTypes[precision]}`,
    ],
    ...(onTensorCores.of === 0
      ? []
      : [['tensor cores', `${onTensorCores.count} of ${onTensorCores.of} named kernels`] as const]),
  ];
}

/** Titles and rows of the table of kinds: for text, Markdown and HTML alike. */
export interface AuditTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Profilers tell microseconds: what took less took some time all the same. */
const timeText = (ms: number): string => (ms < 0.0005 ? '<0.001' : formatMs(ms));
const shareText = (share: number): string => (share < 0.0005 ? '<0.1 %' : formatPercent(share));

/** Kernels by kind, with their time where a profile was given. */
export function auditKindTable({ kinds, totalMs }: AuditReport): AuditTable {
  if (totalMs === undefined) {
    return {
      columns: ['kind', 'kernels'],
      rows: kinds.map(({ kind, kernels }) => [kind, String(kernels)]),
    };
  }
  return {
    columns: ['kind', 'kernels', 'time ms', 'share'],
    rows: kinds.map(({ kind, kernels, timeMs = 0, timeShare = 0 }) => [
      kind,
      String(kernels),
      timeText(timeMs),
      shareText(timeShare),
    ]),
  };
}

/** One row a residual block: where it ends, what it writes, and its time where known. */
export function auditBlockTable({ blocks }: AuditReport): AuditTable {
  return {
    columns: ['block', 'state', 'Add in', 'writes', 'time ms'],
    rows: blocks.map(({ block, state, conv, layer, writes, timeMs }) => [
      block,
      state,
      conv ?? layer ?? '',
      writes ?? '',
      timeMs === undefined ? '' : timeText(timeMs),
    ]),
  };
}

/** One row a finding. */
export function auditFindingTable({ findings }: AuditReport): AuditTable {
  return {
    columns: ['severity', 'code', 'node', 'line', 'message'],
    rows: findings.map((finding) => [
      finding.diagnostic.severity,
      finding.diagnostic.code,
      finding.node ?? '',
      lineOf(finding),
      finding.diagnostic.message,
    ]),
  };
}

function alignTable({ columns, rows }: AuditTable): readonly string[] {
  const widths = columns.map((title, i) =>
    greatest([title.length, ...rows.map((row) => row[i]?.length ?? 0)]),
  );
  return [columns, ...rows].map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function findingLines(findings: readonly AuditFinding[]): readonly string[] {
  const [first] = findings;
  if (!first) return [];
  const { severity, code, hint } = first.diagnostic;
  const rest = findings.slice(shownPerCode).map(({ node, layer }) => node ?? layer ?? '');
  const names = rest.slice(0, shownPerCode).filter(Boolean).join(', ');
  return [
    `${severity} ${code}`,
    ...findings.slice(0, shownPerCode).map((finding) => {
      const line = lineOf(finding);
      return `  ${finding.diagnostic.message}${line ? ` (${line})` : ''}`;
    }),
    ...(rest.length > 0
      ? [`  and ${rest.length} more: ${names}${rest.length > shownPerCode ? ', …' : ''}`]
      : []),
    ...(hint ? [`  hint: ${hint}`] : []),
  ];
}

/** The report for people, without colour. Bounded: of many findings of one code a few are told, the others counted. */
export function formatAudit(report: AuditReport): string {
  const rows = summaryRows(report);
  const width = greatest(rows.map(([title]) => title.length));
  const codes = [...new Set(report.findings.map(({ diagnostic }) => diagnostic.code))];
  return [
    `fusion audit: ${report.verdict} (${report.precision.toUpperCase()}, ${layerSources[report.source].title})`,
    ...rows.map(([title, text]) => `  ${title.padEnd(width)}  ${text}`),
    '',
    ...alignTable(auditKindTable(report)).map((line) => `  ${line}`),
    ...codes.flatMap((code) => [
      '',
      ...findingLines(report.findings.filter(({ diagnostic }) => diagnostic.code === code)),
    ]),
    '',
  ].join('\n');
}

/** The report as plain data: spans become path and line. */
export function auditToJson(report: AuditReport): unknown {
  return {
    ...report,
    findings: report.findings.map((finding) => {
      const { diagnostic, rule: _, ...place } = finding;
      const { span, ...rest } = diagnostic;
      return {
        ...rest,
        ...place,
        ...(span ? { file: span.file.path, line: positionAt(span.file, span.start).line } : {}),
      };
    }),
  };
}
