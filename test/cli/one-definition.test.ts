/* A target and a precision are one definition each: these stand in this file alone, and every command knows them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { PrecisionRow } from '../../codegen/precision-table.ts';
import type { TargetDefinition } from '../../engines/target.ts';
import { rcc } from '../helpers/cli.ts';

vi.mock('../../codegen/precision-table.ts', async (original) => {
  const table = await original<typeof import('../../codegen/precision-table.ts')>();
  const { roundWeights } = await import('../../codegen/passes/round-weights.ts');
  const toy: PrecisionRow = {
    name: 'toy8',
    title: 'TOY8',
    help: 'weights of a toy',
    dataType: 'float32',
    bytesPerWeight: 4,
    passes: [{ name: 'roundWeights', create: () => roundWeights() }],
    tolerance: { maxError: 0.03, flipShare: 0, tieError: 0.03, reason: 'Toys are rounded.' },
    toleranceOfFeatures: {
      maxRelativeError: 0.1,
      minCosine: 0.99,
      tie: 0.05,
      reason: 'Toys are rounded.',
    },
    maxDrop: 0.1,
    tensorError: 0.1,
  };
  return { precisions: [...table.precisions, toy] };
});

vi.mock('../../src/targets/targets.ts', async (original) => {
  const list = await original<typeof import('../../src/targets/targets.ts')>();
  const { createOnnxruntimeEngine } = await import('../../engines/onnxruntime/engine.ts');
  const toy: TargetDefinition<{ readonly wheels: number }> = {
    name: 'toy',
    title: 'Toy box',
    options: [
      { key: 'wheels', flags: '--wheels <N>', default: '4', doc: 'Wheels of it.', read: Number },
    ],
    read: async ({ wheels = '4' }) => ({ wheels: Number(wheels) }),
    choose: async ({ wheels }, { precision }) => {
      const engine = createOnnxruntimeEngine({ threads: 1, precision });
      return {
        name: 'toy',
        reason: `a toy on ${wheels} wheels`,
        precision,
        form: { precision },
        batches: [2],
        layers: 'graph',
        float16: 'widened',
        minIterations: 1,
        engine: {
          ...engine,
          build: async (request) => ({ ...(await engine.build(request)), facts: { wheels } }),
          measure: async (path, request) => ({
            ...(await engine.measure(path, request)),
            target: 'toy',
          }),
        },
      };
    },
    doctor: async () => [{ part: 'wheels', found: '4', needed: 'some', state: 'good' }],
    check: async () => ({ checks: [] }),
  };
  return { targets: [...list.targets, toy] };
});

const folder = mkdtempSync(join(tmpdir(), 'rcc-toy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spec = 'examples/digits/digits.rn';
const toy = [spec, '--toy8', '--target', 'toy', '--wheels', '3'];
const short = ['--warm-up', '0', '--duration', '0', '--iterations', '1'];

describe('a target and a precision that stand in a test alone', () => {
  it('are in the help', async () => {
    const { stdout } = await rcc('compile', '--help');
    expect(stdout).toMatch(/--toy8 +weights of a toy/);
    expect(stdout).toMatch(/"toy"/);
    const page = await rcc('help', 'toy');
    expect(page.stdout).toBe(
      'Options of target toy (Toy box), for rcc compile, verify, bench and eval:\n  --wheels <N>\n      Wheels of it. Default: 4.\n',
    );
  });

  it('are in the docs', async () => {
    const { targetsDocs } = await import('../../scripts/targets-docs.ts');
    expect(targetsDocs()).toContain('| `--toy8` | TOY8 | float32, 4 | Toys are rounded. |');
    expect(targetsDocs()).toContain('## Toy box: `--target toy`');
    expect(targetsDocs()).toContain('| `--wheels <N>` | Wheels of it. | 4 |');
  });

  it('are compiled, and in the manifest', async () => {
    const directory = join(folder, 'artifact');
    const { exitCode, stderr } = await rcc('compile', ...toy, ...short, '-o', directory);
    expect(stderr).toContain('digits toy8 for a toy on 3 wheels');
    expect(exitCode).toBe(0);
    const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      precision: 'toy8',
      target: 'toy',
      form: { precision: 'toy8' },
      engines: [{ file: 'model.ort.onnx', batches: 'any' }],
      facts: { wheels: 3 },
    });
    const checked = await rcc('check-engine', directory);
    expect(checked.stdout).toContain('digits toy8 for toy');
  }, 60_000);

  it('are verified, with a verdict by the tolerance of the row', async () => {
    const { exitCode, stdout } = await rcc('verify', ...toy);
    expect(stdout).toContain('tolerance  Toys are rounded.');
    expect(exitCode).toBe(0);
  }, 60_000);

  it('are timed at the batches of the target', async () => {
    const output = join(folder, 'bench.json');
    const { exitCode, stdout } = await rcc('bench', ...toy, ...short, '-o', output);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('toy8');
    const { rows } = JSON.parse(readFileSync(output, 'utf8'));
    expect(rows).toMatchObject([{ target: 'toy', precision: 'toy8', batch: 2 }]);
  }, 60_000);

  it('are looked for by the doctor', async () => {
    expect((await rcc('doctor', '--target', 'toy')).stdout).toContain('wheels');
  });

  it('have their options told where another target is taken', async () => {
    const { stderr } = await rcc('compile', spec, '--target', 'onnx', '--wheels', '3', '--dry-run');
    expect(stderr).toContain('--wheels changes nothing for target onnx: it is meant for toy.');
  });
});

describe('options of a target', () => {
  it.each([
    [['--target', 'onnxruntime', '--workspace', 'abc'], '--workspace cannot be'],
    [['--target', 'onnx', '--profile', 'nonsense'], '--profile cannot be'],
    [['--target', 'onnxruntime', '--duration', 'abc'], '--duration'],
    [['--target', 'onnxruntime', '--threads', '0'], '--threads cannot be'],
  ])('are checked whatever the target: %j', async (args, message) => {
    const { exitCode, stderr } = await rcc('compile', spec, ...args, '-o', join(folder, 'none'));
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it('of a target that cannot run say so at once', async () => {
    const { exitCode, stderr } = await rcc('eval', spec, '--data', '.', '--target', 'tensorrt-rtx');
    expect(stderr).toContain('tensorrt-rtx-needs-gpu');
    expect(exitCode).not.toBe(0);
  });

  it('need what has no default', async () => {
    const { exitCode, stderr } = await rcc('compile', spec, '--target', 'tensorrt-rtx');
    expect(stderr).toContain('Target tensorrt-rtx needs --compute-capability.');
    expect(exitCode).toBe(2);
  });
});
