import { expect, it } from 'vitest';
import { findAllNearest, findNearest } from '../../src/diagnostics/nearest.ts';

const names = ['resnet101', 'resnet18', 'resnet34', 'resnet50', 'wide'];

it('finds the name that is most like a word, in any case', () => {
  expect(findNearest('ResNet5', names)).toBe('resnet50');
  expect(findNearest('vgg', names)).toBeUndefined();
  expect(findNearest('wide', [])).toBeUndefined();
});

it('finds several, those with the same letters first among equally near ones', () => {
  expect(findAllNearest('resnet81', names, 3)).toEqual(['resnet18', 'resnet101', 'resnet34']);
  expect(findAllNearest('resnet50', names, 1)).toEqual(['resnet50']);
  expect(findAllNearest('vgg', names, 3)).toEqual([]);
});
