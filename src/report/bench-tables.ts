/** What `rcc bench` measured, as tables: figures of processors and of GPUs mean different things and never share a column. */
import type { Device, LatencySummary, Measurement } from '../../engines/engine.ts';
import { groupBy } from '../collections/group-by.ts';
import { formatMs, formatRate } from './format.ts';
import { percentileMs, percentileNotes } from './percentiles.ts';
import { type Cell, type Column, numberCell, type Table, textCell } from './table.ts';
import { isStandIn, type Sourced } from './trust.ts';

/** A measurement with the model it is of. */
export type MeasuredRow = Measurement & { readonly model: string } & Sourced;

type Kind = Device['kind'];

interface FigureColumn {
  readonly column: Column;
  cell(row: MeasuredRow): Cell;
  /** Whether it says something of these rows; absent: it always does. */
  says?(rows: readonly MeasuredRow[]): boolean;
}

function textColumn(label: string, value: (row: MeasuredRow) => string): FigureColumn {
  return { column: { id: label, label, align: 'left' }, cell: (row) => textCell(value(row)) };
}

function numberColumn(
  label: string,
  value: (row: MeasuredRow) => number | undefined,
  format: (value: number) => string = formatMs,
): FigureColumn {
  return {
    column: { id: label, label, align: 'right' },
    cell: (row) => numberCell(value(row), format),
  };
}

/** A column of what was timed and how, not of what came out. */
function settingColumn(of: FigureColumn): FigureColumn {
  return { ...of, column: { ...of.column, tellsRow: true } };
}

const identity: readonly FigureColumn[] = [
  textColumn('model', ({ model }) => model),
  settingColumn(textColumn('precision', ({ precision }) => precision)),
  settingColumn(textColumn('device', ({ device }) => device.name)),
  settingColumn(numberColumn('batch', ({ batch }) => batch, String)),
];

const target = settingColumn(textColumn('target', ({ target: name }) => name));

/** What tells a row from the others: its engine too, where one device has several. */
function identityOf(rows: readonly MeasuredRow[]): readonly FigureColumn[] {
  const devices = groupBy(rows, ({ device }) => device.name);
  const isShared = [...devices.values()].some(
    (own) => new Set(own.map((row) => row.target)).size > 1,
  );
  return isShared ? [...identity, target] : identity;
}

const latency: readonly FigureColumn[] = [
  numberColumn('median ms', (row) => row.latency.medianMs),
  numberColumn('p90 ms', (row) => percentileMs(row, 90)),
  numberColumn('p99 ms', (row) => percentileMs(row, 99)),
];

const rate = numberColumn('images/s', (row) => row.imagesPerSecond, formatRate);
const stable = textColumn('stable', (row) => {
  if (isStandIn(row)) return 'stand-in';
  return row.stable ? 'yes' : 'no';
});

/** Series of a kind of device, by their names in a CSV file. */
const series: Readonly<
  Record<
    Kind,
    readonly (readonly [name: string, of: (row: MeasuredRow) => LatencySummary | undefined])[]
  >
> = {
  cpu: [['cpu_call', (row) => row.latency]],
  gpu: [
    ['gpu_host_latency', (row) => row.latency],
    ['gpu_compute', (row) => row.parts?.gpuCompute],
    ['gpu_h2d', (row) => row.parts?.h2d],
    ['gpu_d2h', (row) => row.parts?.d2h],
    ['gpu_enqueue', (row) => row.parts?.enqueue],
  ],
};

const columns: Readonly<Record<Kind, readonly FigureColumn[]>> = {
  cpu: [
    ...latency,
    rate,
    {
      ...settingColumn(
        textColumn('floats in', ({ settings }) => String(settings.precisionHint ?? '')),
      ),
      says: (rows) => rows.some(({ settings }) => settings.precisionHint !== undefined),
    },
    settingColumn(numberColumn('threads', ({ settings }) => Number(settings.threads), String)),
    stable,
  ],
  gpu: [
    ...latency,
    numberColumn('GPU compute ms', (row) => row.parts?.gpuCompute?.medianMs),
    numberColumn('H2D ms', (row) => row.parts?.h2d?.medianMs),
    numberColumn('D2H ms', (row) => row.parts?.d2h?.medianMs),
    numberColumn('enqueue ms', (row) => row.parts?.enqueue?.medianMs),
    rate,
    stable,
  ],
};

const titles: Readonly<Record<Kind, string>> = { gpu: 'On a GPU', cpu: 'On a processor' };
const kinds = ['gpu', 'cpu'] as const satisfies readonly Kind[];

/** What the figures of some rows hold, each sentence once. */
function definitionsOf(rows: readonly MeasuredRow[]): readonly string[] {
  const sentences = rows.flatMap(({ definition, parts = {} }) => [
    definition,
    ...Object.values(parts).map((part) => part.definition),
  ]);
  return [...new Set(sentences)];
}

function tableOf(id: string, rows: readonly MeasuredRow[], all: readonly FigureColumn[]) {
  const shown = all.filter(({ says }) => says?.(rows) ?? true);
  return {
    id,
    columns: shown.map(({ column }) => column),
    rows: rows.map((row) => ({ model: row.model, cells: shown.map(({ cell }) => cell(row)) })),
  };
}

/** One table for GPUs, one for processors, as far as there are any; medians where nothing else is said, and below what each figure holds. */
export function benchTables(rows: readonly MeasuredRow[]): readonly Table[] {
  return kinds.flatMap((kind) => {
    const own = rows.filter(({ device }) => device.kind === kind);
    if (own.length === 0) return [];
    return {
      ...tableOf(`bench-${kind}`, own, [...identityOf(own), ...columns[kind]]),
      title: titles[kind],
      notes: [...definitionsOf(own), ...percentileNotes(own)],
    };
  });
}

const statistics = [
  ['min_ms', ({ minMs }: LatencySummary) => minMs],
  ['mean_ms', ({ meanMs }: LatencySummary) => meanMs],
  ['median_ms', ({ medianMs }: LatencySummary) => medianMs],
  ['p90_ms', ({ p90Ms }: LatencySummary) => p90Ms],
  ['p95_ms', ({ p95Ms }: LatencySummary) => p95Ms],
  ['p99_ms', ({ p99Ms }: LatencySummary) => p99Ms],
  ['max_ms', ({ maxMs }: LatencySummary) => maxMs],
  ['variation', ({ variation }: LatencySummary) => variation],
] as const;

/** Every figure of every row, exact, for a spreadsheet: a kind of device has columns of its own, which the other kind leaves empty. */
export function benchSheet(rows: readonly MeasuredRow[]): Table {
  const present = kinds.filter((kind) => rows.some(({ device }) => device.kind === kind));
  const figures = present.flatMap((kind): readonly FigureColumn[] => {
    const only =
      <T>(value: (row: MeasuredRow) => T) =>
      (row: MeasuredRow) =>
        row.device.kind === kind ? value(row) : undefined;
    return [
      ...series[kind].flatMap(([name, of]) =>
        statistics.map(([statistic, pick]) =>
          numberColumn(
            `${name}_${statistic}`,
            only((row) => {
              const summary = of(row);
              return summary && pick(summary);
            }),
          ),
        ),
      ),
      numberColumn(
        `${kind}_images_per_second`,
        only((row) => row.imagesPerSecond),
      ),
    ];
  });
  const shown = [
    ...identityOf(rows),
    ...figures,
    numberColumn('runs', ({ iterations }) => iterations),
    stable,
    textColumn('definition', ({ definition }) => definition),
  ];
  return { ...tableOf('bench-sheet', rows, shown), title: '', notes: [] };
}
