import type { Cost } from '../../../codegen/cost.ts';
import { ownValue } from '../../collections/own-value.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Accuracy } from '../bench-file.ts';
import type { Chart } from '../charts/chart.ts';
import type { NameStyles } from '../charts/name-styles.ts';
import { formatTop1 } from '../format.ts';
import type { Published, PublishedModel } from '../published.ts';
import type { Section } from '../report.ts';
import { type Cell, type Column, noFigure, numberCell, type Table, textCell } from '../table.ts';
import { targetCell } from '../target-title.ts';
import { accuracyChart, latencyCharts } from './latency-charts.ts';

export interface OverviewInputs {
  readonly published: Published;
  /** Counted by rcc on the specs, by spec name. */
  readonly costs: ReadonlyMap<string, Cost>;
  readonly styles: NameStyles;
}

const right = { align: 'right' } as const;

function columnsOf(hasReference: boolean, hasCosts: boolean): readonly Column[] {
  const published = { ...right, refs: ['P0'] };
  const computed = { ...right, refs: ['C'] };
  return [
    { id: 'model', label: 'Model', align: 'left' },
    { id: 'top1', label: 'top-1', group: 'Accuracy, %', ...published },
    { id: 'top5', label: 'top-5', group: 'Accuracy, %', ...published },
    ...(hasReference
      ? [
          { id: 'reference1', label: 'top-1', group: 'Reference, %', ...published },
          { id: 'reference5', label: 'top-5', group: 'Reference, %', ...published },
        ]
      : []),
    { id: 'flops', label: 'published', group: 'FLOPs, G', ...published },
    ...(hasCosts
      ? [{ id: 'flops-computed', label: 'counted', group: 'FLOPs, G', ...computed }]
      : []),
    { id: 'params', label: 'published', group: 'Parameters, M', ...published },
    ...(hasCosts
      ? [{ id: 'params-computed', label: 'counted', group: 'Parameters, M', ...computed }]
      : []),
    { id: 'side', label: 'Input, px', ...right },
  ];
}

const percentCell = (share: number | undefined): Cell =>
  numberCell(share, (value) => (100 * value).toFixed(1));

/** What was counted here: as a column in percent has it. */
const countedShare = (share: number | undefined): Cell =>
  numberCell(share, (value) => formatTop1(value, 'measured').replace(' %', ''));

/** Two decimals, or as many as were published. */
function decimalsOf(published: number): number {
  return Math.max(2, String(published).split('.')[1]?.length ?? 0);
}

/** By how much a published figure may be off by rounding. */
const roundingShare = 0.002;

/** A counted figure, marked where the published one is another. */
function countedCell(value: number | undefined, published: number): Cell {
  if (value === undefined) return noFigure;
  const text = value.toFixed(decimalsOf(published));
  return Math.abs(value / published - 1) <= roundingShare
    ? { value, text }
    : { value, text, tone: 'bad', note: 'not as published' };
}

function accuracyTable({ published, costs }: OverviewInputs): Table {
  const hasCosts = published.models.some(({ spec }) => costs.has(spec));
  const hasReference = published.models.some(({ referenceTop1 }) => referenceTop1 !== undefined);
  return {
    id: 'accuracy',
    title: 'Accuracy, FLOPs and parameters',
    columns: columnsOf(hasReference, hasCosts),
    rows: published.models.map((model) => {
      const cost = costs.get(model.spec);
      const giga = cost && cost.flops / 1e9;
      const millions = cost && cost.params / 1e6;
      return {
        model: model.spec,
        cells: [
          textCell(model.spec),
          percentCell(model.top1),
          percentCell(model.top5),
          ...(hasReference
            ? [percentCell(model.referenceTop1), percentCell(model.referenceTop5)]
            : []),
          numberCell(model.flopsG, (value) => value.toFixed(decimalsOf(value))),
          ...(hasCosts ? [countedCell(giga, model.flopsG)] : []),
          numberCell(model.paramsM, (value) => value.toFixed(2)),
          ...(hasCosts ? [countedCell(millions, model.paramsM)] : []),
          numberCell(model.side, String),
        ],
      };
    }),
    notes: [
      `FLOPs: ${published.flopsRule}.`,
      'Models are spelled as their specs; the page writes ResNet50_vd for resnet50_vd.',
      ...published.models.flatMap(({ spec, remark }) => (remark ? `${spec}: ${remark}` : [])),
    ],
  };
}

function evaluationTable(
  accuracies: readonly Accuracy[],
  models: readonly PublishedModel[],
): Table {
  return {
    id: 'measured-accuracy',
    title: 'Accuracy measured',
    columns: [
      { id: 'model', label: 'Model', align: 'left' },
      { id: 'precision', label: 'Precision', align: 'left', tellsRow: true },
      { id: 'top1', label: 'top-1, %', ...right },
      { id: 'top5', label: 'top-5, %', ...right },
      { id: 'published', label: 'published top-1, %', ...right, refs: ['P0'] },
      { id: 'images', label: 'Images', ...right },
      { id: 'dataset', label: 'Data', align: 'left' },
      { id: 'target', label: 'Engine', align: 'left' },
    ],
    rows: accuracies.map((row) => ({
      model: row.model,
      cells: [
        textCell(row.model),
        textCell(row.precision.toUpperCase()),
        countedShare(row.top1),
        countedShare(row.top5),
        percentCell(models.find(({ spec }) => spec === row.model)?.top1),
        numberCell(row.images, String),
        textCell(row.dataset),
        targetCell(row.target),
      ],
    })),
    notes: [...new Set(accuracies.map(({ definition }) => definition))],
  };
}

/** What was evaluated; undefined where nothing was. */
export function evaluationSection(
  accuracies: readonly Accuracy[],
  models: readonly PublishedModel[],
): Section | undefined {
  if (accuracies.length === 0) return undefined;
  return {
    id: 'evaluated',
    title: 'Accuracy by evaluation',
    intro: ['What `rcc eval` counted, beside the published figure.'],
    charts: [],
    tables: [evaluationTable(accuracies, models)],
  };
}

/** The charts of the page: accuracy against FLOPs, parameters and each latency table. */
function charts({ published, styles }: OverviewInputs): readonly Chart[] {
  const { models, source } = published;
  const drawn = { models, styles };
  return [
    accuracyChart(drawn, ({ flopsG }) => flopsG, {
      id: 'published-flops',
      title: 'Accuracy against FLOPs, published',
      xLabel: 'FLOPs, G',
      source,
      detail: (x) => `${x} G FLOPs`,
    }),
    accuracyChart(drawn, ({ paramsM }) => paramsM, {
      id: 'published-params',
      title: 'Accuracy against parameters, published',
      xLabel: 'parameters, M',
      source,
      detail: (x) => `${x} M parameters`,
    }),
    ...published.tables.toReversed().flatMap((table) =>
      latencyCharts(
        {
          device: table.gpu,
          precision: table.precision,
          source,
          points: models.flatMap(({ spec, latencyMs }) =>
            Object.entries(ownValue(latencyMs, table.id) ?? {}).map(([batch, ms]) => ({
              model: spec,
              batch: Number(batch),
              ms,
            })),
          ),
        },
        drawn,
      ),
    ),
  ];
}

export function overviewSection(inputs: OverviewInputs): Section {
  const { models } = inputs.published;
  const best = models.toSorted((a, b) => b.top1 - a.top1)[0];
  return {
    id: 'overview',
    title: 'Published: accuracy and what it costs',
    intro: [
      `${models.length} models as published${best ? `; the most accurate is ${best.spec} with ${formatPercent(best.top1)}` : ''}. Up and left is better: dashes join the models that nothing beats.`,
    ],
    charts: charts(inputs),
    tables: [accuracyTable(inputs)],
    picker: { device: 'T4', precision: 'all', batch: 4 },
  };
}
