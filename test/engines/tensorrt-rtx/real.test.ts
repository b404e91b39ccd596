/* Every published network, built by NVIDIA's own compiler and audited. Networks that several specs mean are built once. */
import { describe, expect, it } from 'vitest';
import { buildGraph, graphFor } from '../../../bench/kernels/build-audit.ts';
import { readNetworks } from '../../../bench/kernels/networks.ts';
import { isInstalled, requireInstallation } from './installation.ts';

const networks = await readNetworks();
/** FP32 for one of the two architectures and FP16 for the other, in turn; `npm run bench -- kernels` builds every pair. */
const pairs = [
  [
    { precision: 'fp32', capability: '7.5' },
    { precision: 'fp16', capability: '8.6' },
  ],
  [
    { precision: 'fp32', capability: '8.6' },
    { precision: 'fp16', capability: '7.5' },
  ],
] as const;

const jobs = networks.map(({ names, graph, spec }, index) => {
  const builds = pairs[index % 2 === 0 ? 0 : 1];
  const title = builds.map(({ precision, capability }) => `${precision} for ${capability}`);
  return { title: `${names.join(', ')} in ${title.join(' and ')}`, graph, spec, builds };
});

describe.skipIf(!isInstalled)('TensorRT-RTX itself (needs the tensorrt-rtx wheel)', () => {
  it('is asked for all 18 specs', () => {
    expect(networks.flatMap(({ names }) => names)).toHaveLength(18);
  });

  it.each(jobs)('builds $title, fused and one kernel from the bound', async (job) => {
    const { graph, spec } = job;
    const made = await Promise.all(
      job.builds.map((options) =>
        buildGraph(requireInstallation(), graphFor(graph, options), options),
      ),
    );
    for (const { audit } of made) {
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
