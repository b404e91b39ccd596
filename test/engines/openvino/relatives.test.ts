/* ResNet's relatives in OpenVINO: every logit against what is computed of the network from the definitions in float64. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSpecFiles } from '../../../src/compile/spec-files.ts';
import { verifySpec } from '../../../src/compile/verify.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { encodeSafetensors } from '../../helpers/weight-files.ts';
import { makePictures } from '../../judges/network/parameters.ts';
import { writeFloats } from '../../judges/npy.ts';
import {
  classes,
  computeRelative,
  type Relative,
  relatives,
} from '../../judges/relatives/networks.ts';
import { isInstalled, openvino, precisions } from './installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-openvino-relatives-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The spec of a relative, with weights, pictures and the logits that they should give beside it. */
async function writeRelative(relative: Relative): Promise<Spec> {
  const path = join(folder, relative.name.replaceAll(/\W/g, '-'));
  const pictures = makePictures(2, 11, relative.shape);
  const { net, logits } = computeRelative(relative, pictures);
  writeFloats(`${path}.input.npy`, { shape: [2, ...relative.shape], values: pictures });
  writeFloats(`${path}.logits.npy`, { shape: [2, classes], values: Float32Array.from(logits) });
  writeFileSync(`${path}.safetensors`, encodeSafetensors(net.tensors));
  const text = `model judged {
  ${relative.spec}
  input ${relative.shape.join('x')}
  classes ${classes}
  weights timm "${path}.safetensors"
  reference { input "${path}.input.npy"  logits "${path}.logits.npy" }
}
`;
  writeFileSync(`${path}.rn`, text);
  const { specs, diagnostics } = await loadSpecFiles([`${path}.rn`]);
  expect(diagnostics).toEqual([]);
  return specs[0] as Spec;
}

describe.skipIf(!isInstalled)('OpenVINO itself (needs rcc doctor --setup openvino)', () => {
  it.each(relatives)('computes $name in every precision', async (relative) => {
    const spec = await writeRelative(relative);
    for (const precision of precisions) {
      const target = await openvino(precision);
      const data = { calibrate: spec.reference?.input, calibrationAlgorithm: 'max' } as const;
      const options = { target, batches: [1], ...(precision === 'int8' ? data : {}) };
      const { verdict } = await verifySpec(spec, options);
      expect(verdict.ok, `${precision}: ${verdict.reason}`).toBe(true);
      if (precision === 'fp32') expect(verdict.relativeError?.max).toBeLessThanOrEqual(2e-4);
    }
  }, 120_000);
});
