import { ownValue } from '../../../src/collections/own-value.ts';
import { isFigure } from '../../../src/io/outside-fields.ts';
import { type Banner, parseBanner } from '../planning/release.ts';
import { type LogMessage, splitLine } from './log-line.ts';
import { OnnxComplaints } from './onnx-complaints.ts';
import type { DeviceBlock, MetricName, MetricSummary, Phase, TrtexecReport } from './report.ts';
import { parseMetric, quantity } from './summary-lines.ts';

/** Most warnings and errors that are kept, most lines of one, and its most characters. */
const keptMessages = 50;
const keptLines = 12;
const keptCharacters = 2000;

type Quantity = (text: string) => number | undefined;
type Figures = Partial<
  Record<
    | 'parseS'
    | 'buildS'
    | 'deserializeS'
    | 'engineMiB'
    | 'warmUpQueries'
    | 'queries'
    | 'throughputQps'
    | 'hostWalltimeS'
    | 'gpuComputeS',
    number
  >
>;

function leading(pattern: RegExp): Quantity {
  return (text) => {
    const [, value] = pattern.exec(text) ?? [];
    return value === undefined ? undefined : Number(value);
  };
}

/** Lines that hold one figure each, in the words of every release from 8.5. */
const figures: readonly (readonly [keyof Figures, Quantity])[] = [
  ['parseS', quantity('Finished parsing network model. Parse time: #')],
  ['buildS', quantity('Engine built in # sec.')],
  ['deserializeS', quantity('Engine deserialized in # sec.')],
  ['engineMiB', quantity('Created engine with size: # MiB')],
  ['engineMiB', quantity('Loaded engine with size: # MiB')],
  ['warmUpQueries', leading(/^Warmup completed (\d+) queries over \S+ ms$/)],
  ['queries', leading(/^Timing trace has (\d+) queries over \S+ s$/)],
  ['throughputQps', quantity('Throughput: # qps')],
  ['hostWalltimeS', quantity('Total Host Walltime: # s')],
  ['gpuComputeS', quantity('Total GPU Compute Time: # s')],
];

const phases: readonly (readonly [RegExp, Phase])[] = [
  [/^Start parsing network model/, 'parsing'],
  [/^Finish(ed)? parsing network model/, 'building'],
  [/^Engine built in /, 'writing'],
  [/^(Engine loaded in |Loaded engine with size|Loading engine)/, 'loading'],
  [/^(Starting inference|Warmup completed)/, 'timing'],
  [/^=== Performance summary ===/, 'reporting'],
];

type DeviceReader = (value: string) => DeviceBlock;
/** A field with the number at the start of a text; none where there is no number. */
const numeric =
  (field: keyof DeviceBlock): DeviceReader =>
  (text) => {
    const value = Number.parseFloat(text);
    return isFigure(value) ? { [field]: value } : {};
  };
const deviceLines: Readonly<Record<string, DeviceReader>> = {
  'Selected Device': (name) => (name === '' ? {} : { name }),
  'Selected Device UUID': (uuid) => ({ uuid }),
  'Compute Capability': (computeCapability) => ({ computeCapability }),
  SMs: numeric('multiprocessors'),
  'Device Global Memory': numeric('memoryMiB'),
  'Compute Clock Rate': numeric('computeClockGHz'),
  'Application Compute Clock Rate': numeric('computeClockGHz'),
  'Memory Clock Rate': numeric('memoryClockGHz'),
  'Application Memory Clock Rate': numeric('memoryClockGHz'),
};

/** Keeps the first messages of a severity with the lines that follow without a mark. */
class MessageList {
  readonly texts: string[] = [];
  count = 0;

  add(text: string): void {
    this.count++;
    if (this.texts.length < keptMessages) this.texts.push(text.slice(0, keptCharacters));
  }

  extend(text: string): void {
    const last = this.texts.at(-1);
    if (last === undefined || this.texts.length !== this.count) return;
    if (last.length + text.length < keptCharacters && last.split('\n').length < keptLines) {
      this.texts[this.texts.length - 1] = `${last}\n${text}`;
    }
  }
}

/**
 * Reads trtexec's output line by line, of every release from 8.5. Streams may be mixed, lines cut, prefixed or foreign: a figure is taken
 * from a whole line only, so what cannot be read is missing and never wrong. What it keeps is bounded.
 */
export class TrtexecLogParser {
  #banner: Banner | undefined;
  #state: Banner['state'] | undefined;
  #device: DeviceBlock = {};
  #phase: Phase = 'starting';
  #inSummary = false;
  readonly #figures: Figures = {};
  readonly #metrics: Partial<Record<MetricName, MetricSummary>> = {};
  readonly #doubts: string[] = [];
  readonly #warnings = new MessageList();
  readonly #errors = new MessageList();
  readonly #onnx = new OnnxComplaints();
  /** Where a line without a mark belongs, by stream. */
  readonly #open = new Map<string, MessageList | undefined>();

  get phase(): Phase {
    return this.#phase;
  }

  /** One line of output, without its end. */
  push(line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    for (const message of splitLine(line)) this.#take(message, stream);
  }

  report(): TrtexecReport {
    const { throughputQps, hostWalltimeS, gpuComputeS, ...times } = this.#figures;
    return {
      banner: this.#banner,
      state: this.#state,
      device: this.#device,
      phase: this.#phase,
      parseS: times.parseS,
      buildS: times.buildS,
      deserializeS: times.deserializeS,
      engineMiB: times.engineMiB,
      warmUpQueries: times.warmUpQueries,
      queries: times.queries,
      summary: { throughputQps, metrics: { ...this.#metrics }, hostWalltimeS, gpuComputeS },
      doubts: [...this.#doubts],
      warnings: [...this.#warnings.texts],
      warningCount: this.#warnings.count,
      errors: [...this.#errors.texts],
      errorCount: this.#errors.count,
      onnx: this.#onnx.first,
    };
  }

  #take({ severity, text }: LogMessage, stream: string): void {
    if (severity === undefined) {
      this.#takeUnmarked(text, stream);
      return;
    }
    this.#open.set(stream, undefined);
    if (severity === 'I') this.#takeInfo(text);
    else if (severity === 'W') this.#takeWarning(text, stream);
    else if (severity !== 'V') this.#takeError(text, stream);
  }

  #takeUnmarked(text: string, stream: string): void {
    const banner = parseBanner(text);
    if (banner) {
      this.#banner ??= banner;
      this.#state = banner.state;
    } else if (/^Cuda failure\b/.test(text)) {
      this.#errors.add(text);
    } else {
      this.#onnx.push(text);
      this.#open.get(stream)?.extend(text);
    }
  }

  #takeWarning(text: string, stream: string): void {
    if (text.startsWith('* ')) {
      if (this.#doubts.length < keptMessages) this.#doubts.push(text.slice(2, keptCharacters));
      return;
    }
    this.#warnings.add(text);
    this.#open.set(stream, this.#warnings);
  }

  #takeError(text: string, stream: string): void {
    this.#onnx.push(text);
    this.#errors.add(text);
    this.#open.set(stream, this.#errors);
  }

  #takeInfo(text: string): void {
    const phase = phases.find(([pattern]) => pattern.test(text))?.[1];
    if (phase) this.#phase = phase;
    this.#inSummary ||= phase === 'reporting';
    this.#takeDeviceLine(text);
    for (const [name, read] of figures) {
      const value = read(text);
      // `nan qps` and `inf s` are no figures.
      if (isFigure(value)) this.#figures[name] ??= value;
    }
    // The words of the summary may occur elsewhere: in a file name, in a layer's name.
    const found = this.#inSummary ? parseMetric(text) : undefined;
    if (found) this.#metrics[found.name] ??= found.metric;
  }

  #takeDeviceLine(text: string): void {
    const colon = text.indexOf(': ');
    const read = colon > 0 ? ownValue(deviceLines, text.slice(0, colon)) : undefined;
    if (read) this.#device = { ...read(text.slice(colon + 2).trim()), ...this.#device };
  }
}

/** Reads a whole log at once. */
export function parseTrtexecLog(text: string): TrtexecReport {
  const parser = new TrtexecLogParser();
  for (const line of text.split(/\r?\n/)) parser.push(line);
  return parser.report();
}
