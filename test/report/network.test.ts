import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { countCost } from '../../codegen/cost.ts';
import { foldBatchNorm } from '../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../codegen/passes/fuse-residual.ts';
import { outlineOf } from '../../src/report/network/outline.ts';
import { networkToSvg } from '../../src/report/network/picture.ts';
import { specOf } from '../helpers/specs.ts';

const bottleneck = (stages: readonly number[]) =>
  lowerSpec(
    specOf({
      name: 'net',
      block: 'bottleneck',
      shortcut: 'avgpool',
      stages,
      widths: [64, 128, 256, 512],
      stemWidths: [32, 32, 64],
      stem: 'deep',
      input: { channels: 3, height: 224, width: 224 },
    }),
  );

describe('outlineOf', () => {
  const graph = bottleneck([3, 4, 6, 3]);
  const outline = outlineOf(graph);

  it('has stem, stages and head with their shapes', () => {
    expect(outline.parts.map(({ title, output }) => `${title}: ${output}`)).toEqual([
      'Stem: 64 × 56 × 56',
      'Stage 1: 256 × 56 × 56',
      'Stage 2: 512 × 28 × 28',
      'Stage 3: 1024 × 14 × 14',
      'Stage 4: 2048 × 7 × 7',
      'Head: 10',
    ]);
  });

  it('puts blocks that are alike together', () => {
    const stage3 = outline.parts[3];
    expect(stage3?.groups).toMatchObject([
      {
        first: 1,
        count: 1,
        steps: ['1×1 conv, 256', '3×3 conv, 256, stride 2', '1×1 conv, 1024'].map((text) => ({
          text,
          form: 'layer',
        })),
        shortcut: ['2×2 average pool, stride 2', '1×1 conv, 1024'],
      },
      { first: 2, count: 5, shortcut: ['identity'] },
    ]);
  });

  it('counts all of the work', () => {
    const cost = countCost(graph);
    const sum = (key: 'macs' | 'params') =>
      outline.parts.reduce(
        (total, { groups }) => total + groups.reduce((n, group) => n + group.count * group[key], 0),
        0,
      );
    expect([sum('macs'), sum('params')]).toEqual([cost.macs, cost.params]);
  });

  it('shows the same network after the passes', () => {
    const fused = outlineOf(fuseResidual.run(foldBatchNorm.run(graph, {}), {}));
    const shape = ({ parts }: typeof outline) =>
      parts.map(({ title, output, groups }) => ({
        title,
        output,
        groups: groups.map(({ count, steps, shortcut, macs }) => ({
          count,
          steps,
          shortcut,
          macs,
        })),
      }));
    expect(shape(fused)).toEqual(shape(outline));
  });

  it('shows a shortcut without parameters', () => {
    const pad = outlineOf(lowerSpec(specOf({ shortcut: 'pad', firstShortcut: 'identity' })));
    expect(pad.parts[2]?.groups[0]?.shortcut).toEqual(['zero channels to 16, stride 2']);
  });
});

describe('networkToSvg', () => {
  const heightOf = (svg: string) => Number(/ height="(\d+)"/.exec(svg)?.[1]);
  const small = networkToSvg(outlineOf(bottleneck([2, 2, 2, 2])));
  const large = networkToSvg(outlineOf(bottleneck([3, 12, 48, 3])));

  it('is as high for 66 blocks as for 8', () => {
    expect(heightOf(large)).toBe(heightOf(small));
    expect(large).toContain('× 47');
  });

  it('names what it shows for readers who do not see it', () => {
    expect(large).toContain('66 blocks');
    expect(large).toMatch(/<desc id="network-facts">.*Stage 3: 1024 × 14 × 14/);
    expect(large).not.toMatch(/NaN|undefined/);
  });
});
