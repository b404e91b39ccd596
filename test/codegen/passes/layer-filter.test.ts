import { describe, expect, it } from 'vitest';
import { blockOf, matchBlocks, matchLayers } from '../../../codegen/passes/layer-filter.ts';

const names = [
  'stem/conv1',
  'stem/pool',
  'stage1/block0/conv1',
  'stage1/block0/conv2',
  'stage1/block10/conv1',
  'stage2/block0/shortcut/pool',
  'head/fc',
];

describe('matchLayers', () => {
  it.each([
    ['stem', ['stem/conv1', 'stem/pool']],
    ['fc', ['head/fc']],
    ['stage1', ['stage1/block0/conv1', 'stage1/block0/conv2', 'stage1/block10/conv1']],
    ['stage1/block0', ['stage1/block0/conv1', 'stage1/block0/conv2']],
    ['block0', ['stage1/block0/conv1', 'stage1/block0/conv2', 'stage2/block0/shortcut/pool']],
    ['stage*/block0/conv1', ['stage1/block0/conv1']],
    ['block1*', ['stage1/block10/conv1']],
    ['pool', ['stem/pool', 'stage2/block0/shortcut/pool']],
    ['con', []],
    ['.*', []],
    ['stage1/*/conv2', ['stage1/block0/conv2']],
  ])('%s picks whole parts of paths', (pattern, picked) => {
    expect(names.filter(matchLayers([pattern]))).toEqual(picked);
  });

  it('picks what any pattern picks', () => {
    expect(names.filter(matchLayers(['stem', 'fc']))).toEqual([
      'stem/conv1',
      'stem/pool',
      'head/fc',
    ]);
    expect(names.filter(matchLayers([]))).toEqual([]);
  });
});

describe('matchBlocks', () => {
  it('picks the whole of every block that has a picked layer', () => {
    const picked = matchBlocks(names, matchLayers(['stage1/block0/conv2', 'fc']));
    expect(names.filter(picked)).toEqual(['stage1/block0/conv1', 'stage1/block0/conv2', 'head/fc']);
  });

  it('tells blocks by names', () => {
    expect(names.map(blockOf)).toEqual([
      'stem',
      'stem',
      'stage1/block0',
      'stage1/block0',
      'stage1/block10',
      'stage2/block0',
      'head',
    ]);
    expect(['stage1', 'stage2/block1', ''].map(blockOf)).toEqual(['stage1', 'stage2/block1', '']);
  });
});
