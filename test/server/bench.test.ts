import { afterEach, describe, expect, it } from 'vitest';
import type { LoadedEngine } from '../../engines/engine.ts';
import { benchServer } from '../../src/server/bench.ts';
import { type Fault, json, type StandIn, startStandIn } from './stand-in-server.ts';

const engine = {
  run: async () => ({ logits: { dataType: 'float32', shape: [1, 10], bytes: new Uint8Array(40) } }),
} as unknown as LoadedEngine;

/** Statistics as Triton has them, of so many requests that took a millisecond each. */
function counted(requests: number): Fault {
  const duration = { count: requests, ns: requests * 1e6 };
  const shares = { queue: duration, compute_input: duration, compute_infer: duration };
  return json({
    model_stats: [
      {
        inference_count: requests,
        execution_count: requests,
        inference_stats: { success: duration, ...shares, compute_output: duration },
      },
    ],
  });
}

describe('a server that is timed', () => {
  let server: StandIn | undefined;
  afterEach(async () => await server?.close());

  const sent = () => server?.asked.filter((path) => path.endsWith('/infer')).length ?? 0;

  async function bench(statistics: Fault) {
    server = await startStandIn({ engine, faults: { '/stats': statistics } });
    const [row] = (
      await benchServer({
        connection: { address: server.address, timeoutMs: 5000 },
        name: { model: 'digits' },
        concurrencies: [2],
        limits: { warmUpMs: 10, durationMs: 50, minIterations: 3 },
      })
    ).rows;
    return row;
  }

  it('is asked for its count until it stands still: it counts a request after its answer', async () => {
    let told = 0;
    const row = await bench((response, body) => {
      const isBehind = told > 0 && told < sent() - 1;
      told = isBehind ? sent() - 1 : sent();
      counted(told)(response, body);
    });
    expect(row?.server?.requests).toBe(row?.requests);
  });

  it('may be asked by others all the time: the last count is taken', async () => {
    let others = 0;
    const row = await bench((response, body) => counted(sent() + ++others)(response, body));
    expect(row?.server?.requests).toBeGreaterThan(row?.requests ?? 0);
  });
});
