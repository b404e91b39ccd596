/* Real weights of real frameworks, from file to logits: the fixtures of this repository, and the larger ones beside it. */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../engines/compare.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { specFromWeights } from '../../src/compile/spec-from-weights.ts';
import { verifySpec } from '../../src/compile/verify.ts';
import type { Reference, Spec } from '../../src/language/spec.ts';
import { embedded } from '../helpers/targets.ts';
import { allowedErrors } from '../judges/judge-logits.ts';
import { withWideInputs } from '../judges/wide-inputs.ts';

const engine = createOnnxruntimeEngine({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'rcc-references-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixtures = ['weights', 'families'].flatMap((room) =>
  readdirSync(`test/fixtures/${room}`)
    .filter((name) => name.endsWith('.rn'))
    .map((name) => `${room}/${name}`),
);

const precisions = ['fp32', 'fp16', 'int8'] as const;

/** Finite, within what the precision allows, and of the same first classes but where two are a tie; int8 may swap classes that are nearly one. */
function expectNear(verdict: Verdict, what: string): void {
  const { precision, nonFinite, relativeError, realFlipCount } = verdict;
  const text = `${what}, ${precision}: ${verdict.reason}`;
  expect(nonFinite, text).toEqual({ actual: 0, expected: 0 });
  const allowed: Readonly<Partial<Record<typeof precision, number>>> = allowedErrors;
  expect(relativeError?.max, text).toBeLessThanOrEqual(allowed[precision] ?? 0);
  if (precision !== 'int8') expect(realFlipCount, text).toBe(0);
}

/** Verifies in every precision; int8 is calibrated with the reference's own input. */
async function expectLogits(spec: Spec, reference: Reference | undefined): Promise<void> {
  if (!reference) throw new Error(`${spec.name} has no reference`);
  const data = { calibrate: reference.input, calibrationAlgorithm: 'max' } as const;
  for (const precision of precisions) {
    const calibration = precision === 'int8' ? data : {};
    const target = await embedded(precision, engine);
    const options = { target, reference, ...calibration };
    const { verdict, emulated } = await verifySpec(withWideInputs(spec), options);
    expectNear(verdict, spec.name);
    if (precision !== 'fp16') continue;
    if (!emulated) throw new Error('activations were not rounded');
    expectNear(emulated, `${spec.name}, activations rounded`);
  }
}

describe('fixtures of the real frameworks', () => {
  it.each(fixtures)('%s computes what its framework computed', async (name) => {
    const { specs, diagnostics } = await loadSpecFiles([`test/fixtures/${name}`]);
    expect(diagnostics).toEqual([]);
    expect(specs.length).toBeGreaterThan(0);
    for (const spec of specs) await expectLogits(spec, spec.reference);
  });
});

const shared = '../shared/weights';

/** File, its logits, and what no file tells. */
const sharedNetworks = [
  ['paddle/basic2_vd.p4.pdparams', 'paddle/basic2_vd', ''],
  ['paddle/basic2_vd.p2.pdparams', 'paddle/basic2_vd', ''],
  ['paddle/basic2_vd.np1.p3.pdparams', 'paddle/basic2_vd', ''],
  ['paddle/basic2_vd.wrapped.pdparams', 'paddle/basic2_vd', ''],
  ['paddle/basic2_vd.safetensors', 'paddle/basic2_vd', ''],
  ['paddle/basic2_vd.fp16.pdparams', 'paddle/basic2_vd', '.fp16'],
  ['paddle/basic2_vd.bf16.pdparams', 'paddle/basic2_vd', '.bf16'],
  ['paddle/neck3_vd.fp16.pdparams', 'paddle/neck3_vd', '.fp16'],
  ['paddle/neck3_vb.fp16.pdparams', 'paddle/neck3_vb', '.fp16'],
  ['torch/basic4_plain.pth', 'torch/basic4_plain', ''],
  ['torch/basic4_plain.legacy.pth', 'torch/basic4_plain', ''],
  ['torch/basic4_plain.safetensors', 'torch/basic4_plain', ''],
  ['torch/basic4_plain.wrapped.pth.tar', 'torch/basic4_plain', ''],
  ['torch/tv_neck4.half.pth', 'torch/tv_neck4', '.half'],
  ['torch/basic4_d.safetensors', 'torch/basic4_d', ''],
  ['torch/neck4_d.safetensors', 'torch/neck4_d', ''],
  ['torch/neck4_d.bf16.safetensors', 'torch/neck4_d', '.bf16'],
  ['cifar/resnet20-12fca82f.th', 'cifar/resnet20', ''],
  ['cifar/resnet56-4bfd9763.th', 'cifar/resnet56', ''],
] as const;

describe.skipIf(!existsSync(shared))(
  'files of the real frameworks (needs ../shared/weights)',
  () => {
    it.each(
      sharedNetworks,
    )('%s: init writes a spec that computes the logits', async (file, network, kind) => {
      const weights = resolve(shared, file);
      for (const side of network.startsWith('cifar') ? [32] : [64, 67]) {
        const specPath = join(folder, `${file.replaceAll('/', '_')}.${side}.rn`);
        const input = { channels: 3, height: side, width: side };
        const { text } = await specFromWeights(weights, { specPath, input });
        writeFileSync(specPath, text);
        const { specs, diagnostics } = await loadSpecFiles([specPath]);
        expect(diagnostics).toEqual([]);
        const [spec] = specs;
        if (!spec) throw new Error('init wrote no model');
        const reference = {
          input: join(shared, `${network}.in${side}.npy`),
          logits: join(shared, `${network}${kind}.out${side}.npy`),
        };
        await expectLogits(spec, reference);
      }
    });
  },
);
