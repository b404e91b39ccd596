import type { LayerKind } from '../../../engines/audit/layer.ts';
import { groupBy } from '../../collections/group-by.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { AuditSummary, LayerProfile } from '../bench-file.ts';
import type { ColumnsChart } from '../charts/chart.ts';
import { type NameStyles, nameStyles } from '../charts/name-styles.ts';
import { formatMs, formatPrecision } from '../format.ts';
import { type Section, slug } from '../report.ts';
import { firstBatch, type Setting } from '../setting.ts';
import { type Cell, numberCell, type Table, textCell } from '../table.ts';
import { targetCell, targetTitle } from '../target-title.ts';

/** So many of a profile's layers are listed: the slowest. */
const listedLayers = 15;

const nameOf = ({ model, device, precision, batch }: LayerProfile): string =>
  `${model}, ${device.name} ${formatPrecision(precision)}, batch ${batch}`;

const totalOf = ({ layers }: LayerProfile): number =>
  layers.reduce((sum, { timeMs }) => sum + timeMs, 0);

/** The usual kinds, the most frequent first: each has its colour in every report. */
const usualKinds = [
  'convolution',
  'pooling',
  'reformat',
  'quantize',
  'gemm',
  'pointwise',
  'softmax',
  'padding',
] as const satisfies readonly LayerKind[];

/** One colour and mark a kind, in all charts. */
function kindStyles(profiles: readonly LayerProfile[]): NameStyles {
  const kinds = profiles.flatMap(({ layers }) => layers.map(({ kind }) => kind));
  return nameStyles([...usualKinds, ...kinds]);
}

function settingOf({ device, model, precision, batch }: LayerProfile): Setting {
  return { device: device.name, model, precision, batch };
}

function profileChart(profile: LayerProfile, styles: NameStyles): ColumnsChart {
  const kinds = [...new Set(profile.layers.map(({ kind }) => kind))];
  const total = totalOf(profile);
  const slowest = profile.layers.toSorted((a, b) => b.timeMs - a.timeMs)[0];
  return {
    kind: 'columns',
    id: slug(`layers ${nameOf(profile)} ${profile.target}`),
    title: `Time of each layer: ${nameOf(profile)}`,
    summary: `${profile.layers.length} layers, ${formatMs(total)} ms in all${slowest ? `; the slowest is ${slowest.name} with ${formatMs(slowest.timeMs)} ms` : ''}.`,
    source: `profiled by ${targetTitle(profile.target)}`,
    value: { label: 'ms', fromZero: true },
    position: `${profile.layers.length} layers in the order they run`,
    series: kinds.map((kind) => ({ name: kind, style: styles(kind) })),
    columns: profile.layers.map(({ name, kind, timeMs }) => ({
      label: name,
      series: kinds.indexOf(kind),
      value: timeMs,
      detail: `${kind}, ${formatMs(timeMs)} ms, ${formatPercent(timeMs / total)}`,
    })),
    ...settingOf(profile),
  };
}

function profileTable(profile: LayerProfile): Table {
  const total = totalOf(profile);
  return {
    id: slug(`layers ${nameOf(profile)} ${profile.target}`),
    title: `Slowest layers: ${nameOf(profile)}`,
    columns: [
      { id: 'layer', label: 'Layer', align: 'left' },
      { id: 'kind', label: 'Kind', align: 'left' },
      { id: 'time', label: 'Time, ms', align: 'right' },
      { id: 'share', label: 'Share', align: 'right' },
    ],
    rows: profile.layers
      .toSorted((a, b) => b.timeMs - a.timeMs)
      .slice(0, listedLayers)
      .map(({ name, kind, timeMs }) => ({
        cells: [
          textCell(name),
          textCell(kind),
          numberCell(timeMs, formatMs),
          numberCell(timeMs / total, formatPercent),
        ],
      })),
    notes: [`${profile.definition} The sum of the layers is not the latency.`],
    ...settingOf(profile),
  };
}

/** Layers of all profiles, those of one model first: of `recommended` where it was profiled. */
export function layersSection(
  profiles: readonly LayerProfile[],
  recommended?: string,
): Section | undefined {
  const first = profiles.find(({ model }) => model === recommended) ?? profiles[0];
  if (!first) return undefined;
  const { model } = first;
  const device = first.device.name;
  const styles = kindStyles(profiles);
  return {
    id: 'layers',
    title: 'Layers',
    intro: ['Where the time goes, from profiled runs.'],
    charts: profiles.map((profile) => profileChart(profile, styles)),
    tables: profiles.map(profileTable),
    picker: {
      device,
      model,
      precision: 'all',
      batch: firstBatch(profiles.map(settingOf), { device, model }),
    },
  };
}

/** So many findings of an engine are told. */
const listedFindings = 12;

function findingsText(findings: readonly string[]): string {
  const surplus = findings.length - listedFindings;
  const told = findings.slice(0, listedFindings).join(' ') || 'none';
  return surplus > 0 ? `${told} And ${surplus} more.` : told;
}

interface AlikeAudits {
  readonly audit: AuditSummary;
  readonly batches: readonly number[];
}

/** Audits that differ in their batch alone are one. */
function alikeAudits(audits: readonly AuditSummary[]): readonly AlikeAudits[] {
  const groups = groupBy(audits, ({ batch: _, ...rest }) => JSON.stringify(rest));
  return [...groups.values()].flatMap((own) => {
    const [audit] = own;
    const batches = [...new Set(own.flatMap(({ batch }) => batch ?? []))];
    return audit ? [{ audit, batches: batches.toSorted((a, b) => a - b) }] : [];
  });
}

function batchesCell([batch, ...others]: readonly number[]): Cell {
  if (batch === undefined || others.length === 0) return numberCell(batch, String);
  return textCell([batch, ...others].join(', '));
}

export function auditSection(audits: readonly AuditSummary[]): Section | undefined {
  if (audits.length === 0) return undefined;
  const withBatch = audits.some(({ batch }) => batch !== undefined);
  const table: Table = {
    id: 'fusion-audit',
    title: 'Fusion audit',
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'target', label: 'Engine', align: 'left', tellsRow: true },
      { id: 'built-for', label: 'Built for', align: 'left', tellsRow: true },
      { id: 'precision', label: 'Precision', align: 'left', tellsRow: true },
      ...(withBatch
        ? [{ id: 'batches', label: 'Batch', align: 'right', tellsRow: true } as const]
        : []),
      { id: 'verdict', label: 'Verdict', align: 'left' },
      { id: 'blocks', label: 'Fused blocks', align: 'right' },
      { id: 'kernels', label: 'Kernels', align: 'right' },
      { id: 'findings', label: 'Findings', align: 'left' },
    ],
    rows: alikeAudits(audits).map(({ audit, batches }) => ({
      model: audit.model,
      cells: [
        textCell(audit.model),
        targetCell(audit.target),
        textCell(audit.builtFor),
        textCell(formatPrecision(audit.precision)),
        ...(withBatch ? [batchesCell(batches)] : []),
        textCell(audit.passed ? 'passed' : 'failed', { tone: audit.passed ? 'good' : 'bad' }),
        { value: audit.fusedBlocks, text: `${audit.fusedBlocks} of ${audit.residualBlocks}` },
        numberCell(audit.kernels, String),
        textCell(findingsText(audit.findings)),
      ],
    })),
    notes: [],
  };
  return {
    id: 'audit',
    title: 'Is it fused?',
    intro: [
      'What the finished engines really run: residual blocks in one chain, the precision asked for, no stray layers.',
    ],
    charts: [],
    tables: [table],
  };
}
