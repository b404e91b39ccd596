import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fileSpecHost } from '../../src/compile/spec-files.ts';
import { loadModels } from '../../src/language/load.ts';
import { agreesWith } from '../../src/language/values/figures.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const seed = `${root}/../shared/seed`;

function filesIn(folder: string): readonly string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.rn'))
    .map((path) => `${root}/${folder}/${path}`)
    .sort();
}

/** The folders beside them are the catalogue's (catalogue.test.ts). */
const specs = filesIn('specs').filter((path) => dirname(path) === `${root}/specs`);
const examples = filesIn('examples');

/** A row of the published table, as far as it is compared here. */
interface PublishedRow {
  readonly name: string;
  readonly depth: number;
  readonly block: string;
  readonly blocks: readonly number[];
  readonly stem: string;
  readonly shortcut: string;
  readonly resolution: number;
  readonly resize_short: number;
  readonly top1: number;
  readonly top5: number;
  readonly exact_params_trainable: number;
  readonly rule_gflops: number;
}

async function specOf(path: string) {
  const { models, diagnostics } = await loadModels(path, fileSpecHost);
  expect(diagnostics).toEqual([]);
  const [spec] = models;
  if (!spec) throw new Error(`no model in ${path}`);
  return spec;
}

describe('specs and examples', () => {
  it('has the 18 published networks, one a file, named as the file', async () => {
    const { models, diagnostics } = await loadModels(specs, fileSpecHost);
    expect(diagnostics).toEqual([]);
    expect(models.map(({ name }) => `${root}/specs/${name}.rn`)).toEqual(specs);
    expect(models).toHaveLength(18);
  });

  it.each(examples.map((path) => path.slice(root.length + 1)))('%s is right', async (path) => {
    expect((await specOf(`${root}/${path}`)).stages.length).toBeGreaterThan(0);
  });

  it.each(
    specs.map((path) => path.slice(root.length + 1)),
  )('%s expects all four figures', async (path) => {
    const { expect: figures } = await specOf(`${root}/${path}`);
    expect(Object.keys(figures).sort()).toEqual(['flops', 'params', 'top1', 'top5']);
  });
});

const modelsFile = `${seed}/models.json`;

describe.skipIf(!existsSync(modelsFile))(
  'specs against the published table (needs ../shared/seed)',
  async () => {
    const { rows } = existsSync(modelsFile)
      ? (JSON.parse(await readFile(modelsFile, 'utf8')) as {
          readonly rows: readonly PublishedRow[];
        })
      : { rows: [] };

    it.each(rows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
      const spec = await specOf(`${root}/specs/${name.toLowerCase()}.rn`);
      expect(spec).toMatchObject({
        depth: row.depth,
        block: row.block,
        stages: row.blocks,
        widths: [64, 128, 256, 512],
        stem: row.stem === 'deep3x3' ? 'deep' : 'conv7',
        stemWidths: row.stem === 'deep3x3' ? [32, 32, 64] : [64],
        shortcut: row.shortcut.startsWith('avgpool') ? 'avgpool' : 'projection',
        firstShortcut: 'projection',
        input: { channels: 3, height: row.resolution, width: row.resolution },
        classes: 1000,
        preprocess: {
          resize: row.resize_short,
          crop: row.resolution,
          color: 'rgb',
          antialias: false,
        },
      });
      const { params, flops, top1, top5 } = spec.expect;
      expect([top1?.value, top5?.value]).toEqual([row.top1, row.top5]);
      expect(params && agreesWith(params, row.exact_params_trainable)).toBe(true);
      expect(flops && agreesWith(flops, row.rule_gflops * 1e9)).toBe(true);
    });
  },
);

type StateDicts = Readonly<Record<string, readonly (readonly [string, readonly number[]])[]>>;

const dictsFile = `${seed}/state_dicts.json`;
const networks = [
  ...['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152', 'wide_resnet50_2'].map(
    (name) => `torchvision/${name}`,
  ),
  ...['resnet18d', 'resnet34d', 'resnet50d', 'resnet101d', 'resnet152d', 'resnet200d'].map(
    (name) => `timm/${name}`,
  ),
];

describe.skipIf(!existsSync(dictsFile))(
  'examples against real state dicts (needs ../shared/seed)',
  async () => {
    const dicts: StateDicts = existsSync(dictsFile)
      ? JSON.parse(await readFile(dictsFile, 'utf8'))
      : {};

    it.each(networks)('%s has the parameters that it expects', async (name) => {
      const trainable = (dicts[name] ?? []).filter(([key]) => !/running_|num_batches/.test(key));
      const params = trainable.reduce(
        (sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1),
        0,
      );
      const spec = await specOf(`${root}/examples/${name}.rn`);
      expect(spec.expect.params?.value).toBe(params);
    });
  },
);
