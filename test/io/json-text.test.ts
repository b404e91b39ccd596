import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../src/io/json-text.ts';

describe('jsonText', () => {
  it('keeps the runs of a timing in one line and lays out all else as usual', () => {
    expect(jsonText({ samplesMs: [1.5, 2], shape: [1, 2] })).toBe(
      '{\n  "samplesMs": [ 1.5, 2 ],\n  "shape": [\n    1,\n    2\n  ]\n}',
    );
  });

  it('changes no value, whatever texts hold', () => {
    const value = fc.record({
      text: fc.constantFrom('"samplesMs": [', '"samplesMs": [ a   b ]', 'x'),
      samplesMs: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
    });
    fc.assert(
      fc.property(value, (data) => {
        expect(JSON.parse(jsonText(data))).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });
});
