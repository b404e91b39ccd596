import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditLayers } from '../../../engines/audit/audit.ts';
import { formatAudit } from '../../../engines/audit/format-audit.ts';
import type { LayerList } from '../../../engines/audit/layer.ts';
import { readLayerList } from '../../../engines/audit/read-layer-list.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { layerListFixtures, readFixture } from './fixtures.ts';

/** Reads and audits; undefined where the text is refused. Anything but a diagnostic fails the test. */
function survive(text: string, profile?: string): LayerList | undefined {
  try {
    const list = readLayerList({ name: 'x', text, ...(profile === undefined ? {} : { profile }) });
    expect(formatAudit(auditLayers(list, { precision: 'int8' })).length).toBeGreaterThan(0);
    return list;
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

const texts = layerListFixtures.map(readFixture);
const fixture = fc.constantFrom(...texts);
const word = fc.constantFrom(
  ...[
    'Name: ',
    ', LayerType: ',
    'Inputs: [',
    '{ Name: ',
    '], Constants: [',
    'Metadata: ',
    '[ONNX Layer: ',
  ],
  ...['"Layers": [', '{"Name": "', '"', '\\', ']', '}', '\x1f', '\n', 'Layers:', 'I/O Tensors:'],
);

describe('readers of layer lists', () => {
  it('survive any text', () => {
    const text = fc.array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => void survive(parts.join(''))),
      { numRuns: 400 },
    );
  });

  it('survive any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => void survive(`{"Layers": [${json}]}`)),
      { numRuns: 200 },
    );
  });

  it('give the first layers of a list that is cut anywhere', () => {
    fc.assert(
      fc.property(fixture, fc.double({ min: 0, max: 1, noNaN: true }), (text, where) => {
        const whole = survive(text);
        const cut = survive(text.slice(0, Math.floor(where * text.length)));
        // The layer at the cut may be half there; those before it are as they were.
        const sure = cut?.layers.slice(0, -1) ?? [];
        expect(sure).toEqual(whole?.layers.slice(0, sure.length));
      }),
      { numRuns: 150 },
    );
  });

  it('survive any damage', () => {
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 40 }),
      by: fc.oneof(word, fc.string({ maxLength: 8 })),
    });
    fc.assert(
      fc.property(fixture, fc.array(damage, { minLength: 1, maxLength: 5 }), (text, damages) => {
        const damaged = damages.reduce((current, { at, length, by }) => {
          const start = Math.floor(at * current.length);
          return current.slice(0, start) + by + current.slice(start + length);
        }, text);
        survive(damaged, damaged);
      }),
      { numRuns: 200 },
    );
  });

  it('find the same layers in a log with other lines between', () => {
    const log = readFixture('tensorrt-rtx.log');
    const layers = survive(log)?.layers;
    const foreign = fc
      .stringMatching(/^\[[IW]\] [ -~]{0,60}$/)
      .filter((line) => !/Name:|Layer|Tensors/.test(line));
    fc.assert(
      fc.property(fc.array(foreign, { minLength: 1, maxLength: 12 }), (others) => {
        const lines = log.split('\n').flatMap((line, i) => [line, others[i % others.length] ?? '']);
        expect(survive(lines.join('\n'))?.layers).toEqual(layers);
      }),
      { numRuns: 50 },
    );
  });

  it('take time in proportion to hostile input', () => {
    const hostile = [
      '{ Name: ',
      ', LayerType: ',
      '[ONNX Layer: ',
      '{"name" : "',
      'PWN(',
      '[{"Name":"a',
      '\\"',
    ];
    const started = performance.now();
    for (const part of hostile) {
      const text = part.repeat(50_000);
      survive(`Layers:\nName: a, LayerType: kgen, Inputs: [${text}`, text);
      survive(`{"Layers": [${text}`, text);
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
