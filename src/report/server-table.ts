/* Round trips to a server as a table of its own: no figure of it stands beside an engine's. */
import type { LoadMeasurement } from '../server/bench.ts';
import { roundTripDefinition } from '../server/measure.ts';
import { formatMs, formatRate } from './format.ts';
import { percentileMs, percentileNotes } from './percentiles.ts';
import { type Cell, type Column, numberCell, type Table, textCell } from './table.ts';

interface FigureColumn {
  readonly label: string;
  readonly value: (row: LoadMeasurement) => number | undefined;
  readonly format?: (value: number) => string;
}

const timedOf = ({ latency, requests }: LoadMeasurement) => ({ latency, iterations: requests });

const columns: readonly FigureColumn[] = [
  { label: 'batch', value: ({ batch }) => batch, format: String },
  { label: 'concurrency', value: ({ concurrency }) => concurrency, format: String },
  { label: 'p50 ms', value: ({ latency }) => latency.medianMs },
  { label: 'p90 ms', value: (row) => percentileMs(timedOf(row), 90) },
  { label: 'p95 ms', value: (row) => percentileMs(timedOf(row), 95) },
  { label: 'p99 ms', value: (row) => percentileMs(timedOf(row), 99) },
  { label: 'images/s', value: (row) => row.imagesPerSecond, format: formatRate },
  { label: 'queue ms', value: ({ server }) => server?.queueMs },
  { label: 'input ms', value: ({ server }) => server?.computeInputMs },
  { label: 'infer ms', value: ({ server }) => server?.computeInferMs },
  { label: 'output ms', value: ({ server }) => server?.computeOutputMs },
  {
    label: 'images a run',
    value: ({ server }) => server?.picturesPerRun,
    format: (value) => value.toFixed(1),
  },
];

const serverNote =
  'Queue, input, infer and output are means of a request as the server counted them itself; images a run are what it batched.';

/** Round trips, a line each load. */
export function serverTable(title: string, rows: readonly LoadMeasurement[]): Table {
  const cells = (row: LoadMeasurement): readonly Cell[] => [
    ...columns.map(({ value, format = formatMs }) => numberCell(value(row), format)),
    textCell(row.stable ? 'yes' : 'no'),
  ];
  const heads = columns.map(({ label }): Column => ({ id: label, label, align: 'right' }));
  const isCounted = rows.some(({ server }) => server);
  return {
    id: 'bench-server',
    title,
    columns: [...heads, { id: 'stable', label: 'stable', align: 'left' }],
    rows: rows.map((row) => ({ cells: cells(row) })),
    notes: [
      roundTripDefinition,
      ...(isCounted ? [serverNote] : []),
      ...percentileNotes(rows.map(timedOf)),
    ],
  };
}
