/* Every published network, built by NVIDIA's own compiler and audited. Networks that several specs mean are built once. */
import { describe, expect, it } from 'vitest';
import { buildGraph, graphFor } from '../../../bench/kernels/build-audit.ts';
import { readNetworks } from '../../../bench/kernels/networks.ts';
import { isInstalled, requireInstallation } from './installation.ts';

const networks = await readNetworks();
const jobs = networks.flatMap(({ names, ...network }) =>
  (['fp32', 'fp16'] as const).map((precision) => ({
    title: names.join(', '),
    precision,
    ...network,
  })),
);

describe.skipIf(!isInstalled)('TensorRT-RTX itself (needs the tensorrt-rtx wheel)', () => {
  it('is asked for all 18 specs', () => {
    expect(networks.flatMap(({ names }) => names)).toHaveLength(18);
  });

  it.each(jobs)('builds $title in $precision, fused and one kernel from the bound', async (job) => {
    const { graph, precision, spec } = job;
    const capabilities = ['7.5', '8.6'] as const;
    const builds = await Promise.all(
      capabilities.map((capability) => {
        const options = { precision, capability };
        return buildGraph(requireInstallation(), graphFor(graph, options), options);
      }),
    );
    for (const { audit } of builds) {
      const { blocks, operations, inPrecision } = audit;
      expect(audit.verdict).toBe('pass');
      expect(blocks.filter(({ state }) => state !== 'fused')).toEqual([]);
      expect(blocks).toHaveLength(spec.stages.reduce((sum, count) => sum + count, 0));
      expect(inPrecision.count).toBe(inPrecision.of);
      // The kernel beyond convolutions, pools and the linear layer brings the input into the first convolution's layout.
      expect(audit.kernels).toBe((operations ?? 0) + 1);
    }
  }, 120_000);
});
