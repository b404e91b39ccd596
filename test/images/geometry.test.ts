import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placePicture } from '../../src/images/geometry.ts';

interface Row {
  readonly width: number;
  readonly height: number;
  readonly resize: number;
  readonly crop: number;
  readonly resized: readonly [number, number];
  readonly offset: readonly [number, number];
}

const rowsOf = (framework: string): readonly Row[] =>
  JSON.parse(
    readFileSync(
      join(import.meta.dirname, `../fixtures/images/geometry.${framework}.json`),
      'utf8',
    ),
  );

function place({ width, height, resize, crop }: Row, antialias: boolean): Omit<Row, keyof object> {
  const { resized, window } = placePicture({ width, height }, { resize, crop, antialias });
  return {
    width,
    height,
    resize,
    crop,
    resized: [resized.width, resized.height],
    offset: [window.left, window.top],
  };
}

describe('sizes and crops are rounded as the framework does', () => {
  it.each([
    ['torchvision', true],
    ['paddleclas', false],
  ])('%s', (framework, antialias) => {
    const rows = rowsOf(framework);
    expect(rows).toHaveLength(300);
    expect(rows.map((row) => place(row, antialias))).toEqual(rows);
  });
  it('differs between the two, so that the table can tell them apart', () => {
    const [torchvision, paddleclas] = [rowsOf('torchvision'), rowsOf('paddleclas')];
    const different = torchvision.filter(
      (row, index) => JSON.stringify(row) !== JSON.stringify(paddleclas[index]),
    );
    expect(different.length).toBeGreaterThan(50);
  });
});

describe('placePicture', () => {
  it('leaves pictures alone without resize and crop', () => {
    const size = { width: 33, height: 32 };
    const placed = placePicture(size, { antialias: false });
    expect(placed).toEqual({ resized: size, window: { ...size, left: 0, top: 0 } });
  });
  it('lets a crop reach over the border where the picture is smaller', () => {
    const { window } = placePicture({ width: 31, height: 64 }, { crop: 40, antialias: true });
    expect(window).toEqual({ left: -4, top: 12, width: 40, height: 40 });
  });
});
