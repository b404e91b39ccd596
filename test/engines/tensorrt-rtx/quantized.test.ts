/* The quantised graphs of typed builders, taken by NVIDIA's own compiler. */
import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../../bench/kernels/build-audit.ts';
import { numbered, rangesOf } from '../../../bench/kernels/networks.ts';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import { tensorrtRtxForm } from '../../../engines/tensorrt-rtx/graph-form.ts';
import { expectDiagnostic } from '../../helpers/byte-sources.ts';
import { specAt } from '../../helpers/spec-files.ts';
import { isInstalled, requireInstallation } from './installation.ts';

const specs = ['specs/resnet18.rn', 'specs/resnet50_vd.rn', 'examples/digits/digits.rn'];
const builds = [
  { precision: 'int8', capability: '7.5' },
  { precision: 'int8', capability: '8.6' },
  { precision: 'fp8', capability: '8.9' },
  { precision: 'fp8', capability: '12.0' },
] as const;
type Build =
  | (typeof builds)[number]
  | { readonly precision: 'fp8'; readonly capability: '7.5' | '8.6' };

async function build(path: string, options: Build) {
  const graph = numbered(lowerSpec(await specAt(path)));
  const form = tensorrtRtxForm(options.precision, Number(options.capability));
  const passes = passesFor({ ...form, ranges: rangesOf(graph) });
  return await buildGraph(requireInstallation(), runPasses(graph, passes).graph, options);
}

describe.skipIf(!isInstalled)('TensorRT-RTX itself (needs the tensorrt-rtx wheel)', () => {
  describe.each(specs)('%s', (path) => {
    it.each(builds)('is built in $precision for $capability', async (options) => {
      const { audit, list } = await build(path, options);
      const { inPrecision } = audit;
      expect(inPrecision.of).toBeGreaterThan(3);
      // Turing's engine dequantises the weights and convolves in float16.
      expect(inPrecision.count).toBe(options.capability === '7.5' ? 0 : inPrecision.of);
      const types = new Set(
        list.layers
          .filter(({ kind }) => kind === 'pooling')
          .map(({ inputs }) => inputs[0]?.dataType),
      );
      expect(types.has('float32')).toBe(false);
    }, 60_000);
  });

  it.each(['7.5', '8.6'] as const)('refuses fp8 for %s, as rcc does before', async (capability) => {
    const { message } = await expectDiagnostic(
      () => build('examples/digits/digits.rn', { precision: 'fp8', capability }),
      'tensorrt-rtx-build-failed',
    );
    expect(message).toContain('fp8_e4m3');
  });
});
