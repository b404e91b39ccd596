/* Every published network in OpenVINO, with seeded weights: built, audited and judged against the unfolded graph. Networks that several specs mean are judged once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNetworks } from '../../../bench/kernels/networks.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import { compileSpec } from '../../../src/compile/compile.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { isInstalled, openvino, precisions } from './installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-openvino-specs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const networks = await readNetworks();
/** Deeper networks take ten seconds each in the other precisions, and nothing in them is new: the relatives have all three. */
const deepest = 50;

/** FP32 of every network, and one of the other two in turn where it is not deeper. */
const jobs = networks.flatMap(({ names, spec }, index) => {
  const others = precisions.filter((precision) => precision !== 'fp32');
  const other = others[index % others.length] ?? 'int8';
  const isDeep = (spec.depth ?? 0) > deepest;
  const asked: readonly Precision[] = isDeep ? ['fp32'] : ['fp32', other];
  return asked.map((precision) => ({
    title: `${names.join(', ')} in ${precision}`,
    spec,
    precision,
  }));
});

async function compile(spec: Spec, precision: Precision) {
  const directory = join(folder, spec.name, precision);
  const target = await openvino(precision);
  try {
    return await compileSpec(spec, { target, directory, batches: [1] });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe.skipIf(!isInstalled)('OpenVINO itself (needs rcc doctor --setup openvino)', () => {
  it('is asked for all 18 specs', () => {
    expect(networks.flatMap(({ names }) => names)).toHaveLength(18);
  });

  it.each(jobs)('computes $title', async ({ spec, precision }) => {
    const { verdict, audits, diagnostics } = await compile(spec, precision);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(verdict?.ok, verdict?.reason).toBe(true);
    if (precision === 'fp32') expect(verdict?.relativeError?.max).toBeLessThanOrEqual(2e-4);
    const [audit] = audits;
    expect(audit?.verdict).toBe('pass');
    expect(audit?.blocks.filter(({ state }) => state !== 'fused')).toEqual([]);
    expect(audit?.blocks).toHaveLength(spec.stages.reduce((sum, count) => sum + count, 0));
    expect(audit?.inPrecision.count).toBe(audit?.inPrecision.of);
    expect(audit?.inPrecision.of).toBeGreaterThan(18);
  }, 300_000);
});
