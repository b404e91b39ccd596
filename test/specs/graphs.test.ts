import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { countCost } from '../../codegen/cost.ts';
import { printGraph } from '../../codegen/ir/print.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { loadModels } from '../../src/language/load.ts';
import type { Spec } from '../../src/language/spec.ts';

const seed = '../shared/seed/models.json';

async function specAt(path: string): Promise<Spec> {
  const { models } = await loadModels(path, { readText: (file) => readFile(file, 'utf8') });
  const [spec] = models;
  if (!spec) throw new Error(`${path} holds no right model`);
  return spec;
}

const specFiles = readdirSync('specs').filter((name) => name.endsWith('.rn'));

describe('graphs of the specs', () => {
  it.each([
    ['specs/resnet18.rn', 'fp32'],
    ['specs/resnet50_vd.rn', 'fp16'],
    ['examples/cifar/resnet20.rn', 'fp32'],
  ] as const)('%s as %s are as they were looked at', async (path, precision) => {
    const spec = await specAt(path);
    const { graph } = runPasses(lowerSpec(spec), passesFor({ precision }));
    await expect(printGraph(graph)).toMatchFileSnapshot(
      `golden/${spec.name}.${precision}.graph.txt`,
    );
  });

  it('are the same as ever, by node count and digest of their text', async () => {
    const lines: string[] = [];
    for (const file of specFiles) {
      const lowered = lowerSpec(await specAt(`specs/${file}`));
      for (const precision of ['fp32', 'fp16'] as const) {
        const { graph } = runPasses(lowered, passesFor({ precision }));
        const digest = createHash('sha256').update(printGraph(graph)).digest('hex').slice(0, 16);
        lines.push(`${file} ${precision} ${graph.nodes.length} ${digest}`);
      }
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/digests.txt');
  });
});

interface SeedRow {
  readonly name: string;
  readonly exact_params_trainable: number;
  readonly exact_macs: number;
  readonly rule_gflops: number;
}

describe.skipIf(!existsSync(seed))('costs of the 18 rows (needs ../shared/seed)', () => {
  const rows: readonly SeedRow[] = existsSync(seed)
    ? JSON.parse(readFileSync(seed, 'utf8')).rows
    : [];

  it('are 18', () => {
    expect(rows.map(({ name }) => `${name.toLowerCase()}.rn`).sort()).toEqual(specFiles.sort());
  });

  it.each(rows.map((row) => [row.name, row] as const))('%s is exact', async (name, row) => {
    const cost = countCost(lowerSpec(await specAt(`specs/${name.toLowerCase()}.rn`)));
    expect(cost.params).toBe(row.exact_params_trainable);
    expect(cost.macs).toBe(row.exact_macs);
    expect(cost.flops / 1e9).toBeCloseTo(row.rule_gflops, 9);
  });
});
