import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tensorrtOptionsSchema } from '../../engines/tensorrt/planning/options.ts';
import { loadSpecs } from '../../src/compile/spec-files.ts';
import type { KitOptions } from '../../src/kit/kit.ts';
import { makeKit } from '../../src/kit/make-kit.ts';
import { createKitPlanner } from '../../src/kit/plan-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-plan-kit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { specs } = await loadSpecs('examples/digits/digits.rn');
const [spec] = specs;
if (!spec) throw new Error('there is a spec');
const planner = createKitPlanner();

const optionsOf = (
  precision: KitOptions['precision'],
  gpu: string,
  trt: string | undefined,
  more: Partial<KitOptions> = {},
): KitOptions => ({
  spec,
  precision,
  tensorrt: { ...tensorrtOptionsSchema.parse({}), gpu, trt },
  batches: [1, 2],
  directory: join(folder, `${precision}-${gpu}`),
  ...more,
});

describe('a planned key', () => {
  it.each([
    ['fp32 for all releases', optionsOf('fp32', 't4', undefined)],
    ['fp16 for one release', optionsOf('fp16', 'v100', '10.4')],
    ['fp16, layers kept', optionsOf('fp16', 't4', '8.6', { keepFp32: ['stem'] })],
    [
      'pixels, a fixed batch',
      optionsOf('fp32', 't4', '10.4', { inputForm: 'uint8-nhwc', batch: 4 }),
    ],
    [
      'int8, its ranges from noise',
      optionsOf('int8', 't4', '10.4', { seed: 3, spec: { ...spec, weights: undefined as never } }),
    ],
  ])(
    'is that of the kit: %s',
    async (_, options) => {
      const calibration = join(folder, 'calibration');
      // Another planner: this one's graphs are of the same options but spec, precision, GPU and release.
      const planned = await createKitPlanner()({
        ...options,
        directory: calibration,
        earlier: calibration,
      });
      const made = await makeKit({ ...options, earlier: calibration });
      expect(planned.key).toBe(made.key);
      expect(planned.keyParts).toEqual(made.keyParts);
    },
    60_000,
  );

  it('is another for each precision, GPU and release, and shares the graph where that is the same', async () => {
    const all = [
      optionsOf('fp32', 't4', '10.4'),
      optionsOf('fp32', 'v100', '10.4'),
      optionsOf('fp32', 't4', '10.3'),
      optionsOf('fp16', 't4', '10.4'),
    ];
    const planned = await Promise.all(all.map((options) => planner(options)));
    expect(new Set(planned.map(({ key }) => key)).size).toBe(4);
    expect(new Set(planned.map(({ keyParts }) => keyParts.model)).size).toBe(2);
  });
});
