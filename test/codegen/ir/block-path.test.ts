import { describe, expect, test } from 'vitest';
import { isShortcut, readBlockPath } from '../../../codegen/ir/block-path.ts';

describe('readBlockPath', () => {
  test.each([
    ['stage1/block0/conv1', { stage: 1, block: 0, step: 'conv1' }],
    ['stage12/block34/shortcut/bn', { stage: 12, block: 34, step: 'shortcut/bn' }],
    ['block7/conv2', { stage: undefined, block: 7, step: 'conv2' }],
  ])('%s', (path, expected) => {
    expect(readBlockPath(path)).toEqual(expected);
  });

  test.each([
    '',
    'stem/conv1',
    'head/fc',
    'stage1',
    'stage1/block0',
    'stage1/block0/',
    'a/block0/b',
  ])("'%s' leads to no step of a block", (path) => {
    expect(readBlockPath(path)).toBeUndefined();
  });
});

test.each([
  ['stage2/block0/shortcut', true],
  ['stage2/block0/shortcut/pool', true],
  ['stage2/block0/shortcut.weight', true],
  ['stage2/block0/conv1', false],
  ['stage2/block0/shortcuts', false],
  ['shortcut', false],
])('isShortcut of %s is %s', (path, expected) => {
  expect(isShortcut(path)).toBe(expected);
});
