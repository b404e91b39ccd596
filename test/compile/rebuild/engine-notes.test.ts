import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/compile/manifest.ts';
import { engineNotes } from '../../../src/compile/rebuild/compare-manifests.ts';

const made = (onnx: string, engine: string): Manifest =>
  ({ onnx: { digest: onnx }, engines: [{ file: 'model.ort.onnx', sha256: engine }] }) as Manifest;

describe('an engine that was built again', () => {
  it('is told to have other bytes where the graph is the same', () => {
    const notes = engineNotes(made('g', 'a'), made('g', 'b'));
    expect(notes.map(({ code }) => code)).toEqual(['rebuild-engine-differs']);
    expect(notes[0]?.message).toContain('model.ort.onnx came out with other bytes');
  });

  it.each([
    ['is the same file', made('g', 'a')],
    ['is of another graph', made('h', 'b')],
  ])('has no note where it %s', (_what, now) => {
    expect(engineNotes(made('g', 'a'), now)).toEqual([]);
  });
});
