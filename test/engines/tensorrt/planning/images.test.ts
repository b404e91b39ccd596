import { expect, test } from 'vitest';
import { checkSupport, parseGpu } from '../../../../engines/tensorrt/planning/gpu.ts';
import {
  dockerOption,
  holdsRelease,
  imageOf,
  imageText,
  newestImageFor,
} from '../../../../engines/tensorrt/planning/images.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';
import { orderOf } from '../../../../engines/tensorrt/planning/release-order.ts';

const textOf = (release: string, cc: string) => {
  const image = imageOf(orderOf(release), cc);
  return image && imageText(image);
};

test.each([
  // A source is better than the newest month.
  ['8.6.1', '7.5', /^tensorrt:23\.12-py3 \(TensorRT 8\.6\.1\.6, /],
  ['8.6.3', '7.0', /^tensorrt:24\.04-py3 \(TensorRT 8\.6\.3, /],
  ['10.4.0', '7.0', /^tensorrt:24\.09-py3 \(expected to hold TensorRT 10\.4\.0\.26, /],
  ['11.0.0', '7.5', /^tensorrt:26\.06-py3 \(TensorRT 11\.0\.0\.114, .*driver 580 or newer\)/],
  ['11.1.0', '7.5', /^tensorrt:26\.07-py3 \(TensorRT 11\.1\.0\.106, /],
] as const)('TensorRT %s for %s', (release, cc, expected) => {
  expect(textOf(release, cc)).toMatch(expected);
});

test('no image is named for a GPU that it does not serve', () => {
  expect(imageOf(orderOf('10.5.0'), '7.0')).toBeUndefined();
  expect(imageOf(orderOf('8.5.3'), '12.0')).toBeUndefined();
  expect(imageOf(orderOf('9.3.0'), '7.5')).toBeUndefined();
});

test('the newest image of a GPU is of a release that rcc has tables of', () => {
  expect([newestImageFor('7.0')?.tag, newestImageFor('7.5')?.tag]).toEqual(['24.09', '26.07']);
  expect(newestImageFor('6.1')).toBeUndefined();
});

test.each([
  ['610.43.02', '26.07'],
  ['580.65', '26.07'],
  // CUDA 13 needs 580 or newer, CUDA 12 needs 525.
  ['575.57', '25.07'],
  ['525.60.13', '25.07'],
  ['520.61', '22.12'],
  ['418.40', undefined],
])('the newest image beside the driver %s is %s', (driver, tag) => {
  expect(newestImageFor('7.5', driver)?.tag).toBe(tag);
});

test('a plan says where an image holds another patch', () => {
  const isExact = (release: string) => {
    const image = imageOf(orderOf(release), '7.5');
    return image && holdsRelease(image, orderOf(release));
  };
  expect(['8.6.0', '10.13.0', '10.4.0'].map(isExact)).toEqual([false, false, true]);
});

test('a release that dropped the GPU is told with the image of the last that has it', () => {
  const [dropped] = checkSupport(parseGpu('v100'), resolveRelease('10.5'));
  expect(dropped?.hint).toContain('nvcr.io/nvidia/tensorrt:24.09-py3 trtexec');
  const [young] = checkSupport(parseGpu('12.0'), resolveRelease('10.7'));
  expect(young?.hint).toContain('nvcr.io/nvidia/tensorrt:25.01-py3 trtexec');
});

test('what is only expected refuses nothing', () => {
  // 24.09 is from memory; the GPU is refused for what NVIDIA's notes say of 10.5, and 10.4 is not.
  expect(checkSupport(parseGpu('v100'), resolveRelease('10.4'))).toEqual([]);
  const image = imageOf(orderOf('10.4.0'), '7.0');
  expect(image && dockerOption(image)).toBe(
    '--trtexec "docker run --rm --gpus all -v {dir}:{dir} nvcr.io/nvidia/tensorrt:24.09-py3 trtexec"',
  );
});
