import type { Tensors } from '../../engines/engine.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import type { TimingLimits } from '../../engines/target.ts';
import type { Connection } from './connection.ts';
import { type Load, measureLoad, type RoundTrips } from './measure.ts';
import { askModel, type ModelName, type ServedFacts } from './metadata.ts';
import { createServedModel, type ServedModel } from './served-model.ts';
import { type ServerShare, settledStatistics, shareBetween } from './statistics.ts';

/** Round trips with what the server counted of them. */
export interface LoadMeasurement extends RoundTrips {
  /** Absent where the server does not count. */
  readonly server?: ServerShare;
}

export interface BenchServerOptions {
  readonly connection: Connection;
  readonly name: ModelName;
  /** Pictures of a request; default: 1, or what the model fixes. */
  readonly batches?: readonly number[] | undefined;
  readonly concurrencies: readonly number[];
  readonly limits: TimingLimits;
  /** Looks at what the server has before it is timed. */
  readonly onFacts?: (facts: ServedFacts) => void;
  readonly onProgress?: (load: Load) => void;
}

export interface ServerBench {
  readonly address: string;
  readonly facts: ServedFacts;
  readonly rows: readonly LoadMeasurement[];
}

function usualBatch({ inputs }: ServedFacts): number {
  const [batch = 1] = inputs[0]?.shape ?? [];
  return batch > 0 ? batch : 1;
}

function inputsOf({ inputs }: ServedModel, batch: number): Tensors {
  const made = inputs.map(({ name, type }) => [name, createSeededInput(type, batch, 1)] as const);
  return Object.fromEntries(made);
}

async function measureRow(
  served: ServedModel,
  facts: ServedFacts,
  load: Load,
  { connection, limits }: BenchServerOptions,
): Promise<LoadMeasurement> {
  const count = () => settledStatistics(connection, facts);
  let before: Awaited<ReturnType<typeof count>>;
  const trips = await measureLoad(served.run, inputsOf(served, load.batch), {
    ...load,
    ...limits,
    signal: connection.signal,
    onWarm: async () => {
      before = await count();
    },
  });
  const server = shareBetween(before, await count());
  return { ...trips, ...(server ? { server } : {}) };
}

/** Times a server's model at each batch under each concurrency, one after another. Throws DiagnosticError. */
export async function benchServer(options: BenchServerOptions): Promise<ServerBench> {
  const { connection, name, concurrencies, onFacts, onProgress } = options;
  const facts = await askModel(connection, name);
  onFacts?.(facts);
  const served = createServedModel(connection, facts);
  const rows: LoadMeasurement[] = [];
  for (const batch of options.batches ?? [usualBatch(facts)]) {
    for (const concurrency of concurrencies) {
      onProgress?.({ batch, concurrency });
      rows.push(await measureRow(served, facts, { batch, concurrency }, options));
    }
  }
  return { address: connection.address, facts, rows };
}
