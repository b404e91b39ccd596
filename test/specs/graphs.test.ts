import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { countCost } from '../../codegen/cost.ts';
import { printGraph } from '../../codegen/ir/print.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { fileSpecHost } from '../../src/compile/spec-files.ts';
import { loadModels } from '../../src/language/load.ts';
import type { Spec } from '../../src/language/spec.ts';

const seed = '../shared/seed/models.json';

async function specAt(path: string): Promise<Spec> {
  const { models } = await loadModels(path, fileSpecHost);
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

interface ExactCost {
  readonly params: number;
  readonly macs: number;
  readonly gigaflops: number;
}

/** What the frameworks' own classes count. */
const exact: Readonly<Record<string, ExactCost>> = JSON.parse(
  readFileSync('test/specs/exact-costs.json', 'utf8'),
).models;

describe('costs of the 18 published networks', () => {
  it('are known for each spec', () => {
    expect(
      Object.keys(exact)
        .map((name) => `${name}.rn`)
        .sort(),
    ).toEqual(specFiles.sort());
  });

  it.each(Object.entries(exact))('%s is exact', async (name, { params, macs, gigaflops }) => {
    const cost = countCost(lowerSpec(await specAt(`specs/${name}.rn`)));
    expect(cost).toMatchObject({ params, macs });
    expect(cost.flops / 1e9).toBeCloseTo(gigaflops, 9);
  });
});

interface SeedRow {
  readonly name: string;
  readonly exact_params_trainable: number;
  readonly exact_macs: number;
  readonly rule_gflops: number;
}

describe.skipIf(!existsSync(seed))('the exact costs (needs ../shared/seed)', () => {
  it('are those of the published table', () => {
    const rows: readonly SeedRow[] = JSON.parse(readFileSync(seed, 'utf8')).rows;
    const known = rows.map((row) => [
      row.name.toLowerCase(),
      { params: row.exact_params_trainable, macs: row.exact_macs, gigaflops: row.rule_gflops },
    ]);
    expect(Object.fromEntries(known)).toEqual(exact);
  });
});
