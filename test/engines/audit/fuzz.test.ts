import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditLayers } from '../../../engines/audit/audit.ts';
import { formatAudit } from '../../../engines/audit/format-audit.ts';
import type { LayerList } from '../../../engines/audit/layer.ts';
import { printLayerList, readLayerList } from '../../../engines/audit/read-layer-list.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { pathsOf, replaceAt } from '../../helpers/edit-json.ts';
import { growsInProportion } from '../../helpers/growth.ts';
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

  it('survive layers with cells of any type and words that every object knows', () => {
    const inherited = fc.constantFrom('constructor', 'valueOf', '__proto__', 'toString');
    const cell = fc.oneof({ weight: 3, arbitrary: inherited }, fc.jsonValue({ maxDepth: 2 }));
    const tensors = fc.array(
      fc.record({ Name: cell, 'Format/Datatype': cell, Datatype: cell, Dimensions: cell }),
      { maxLength: 3 },
    );
    const either = fc.oneof(tensors, cell);
    const row = fc.record(
      {
        Name: cell,
        LayerType: cell,
        Inputs: either,
        Outputs: either,
        TacticName: cell,
        Metadata: cell,
      },
      { requiredKeys: [] },
    );
    const profile = fc.array(fc.record({ name: cell, averageMs: fc.oneof(cell, fc.double()) }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), profile, (layers, times) => {
        const list = survive(
          JSON.stringify({ Layers: layers, Bindings: layers }),
          JSON.stringify(times),
        );
        const own = list && survive(printLayerList(list));
        expect(own?.layers).toEqual(list?.layers);
      }),
      { numRuns: 400 },
    );
  });

  it('survive lists of rcc with cells of any type', () => {
    const own = JSON.parse(printLayerList(readLayerList({ name: 'x', text: texts[0] ?? '' })));
    const paths = pathsOf(own);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 1 }), (path, value) => {
        survive(JSON.stringify(replaceAt(own, path, value)));
      }),
      { numRuns: 300 },
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

  it('take 130,000 layers, and time in proportion to them', async () => {
    const counted = (count: number) => Array.from({ length: count }, (_, i) => i);
    const reformat = (i: number) => ({
      Name: `reformat${i}`,
      LayerType: 'Reformat',
      Inputs: [{ Name: `i${i}`, 'Format/Datatype': 'FP16', Dimensions: [1, 3, 4, 4] }],
      Outputs: [{ Name: `o${i}`, 'Format/Datatype': 'FP16', Dimensions: [1, 3, 4, 4] }],
    });
    const line = (i: number) =>
      `Name: a${i}, LayerType: kgen, Inputs: [], Constants: [], Outputs: [], Metadata: [ONNX Layer: a${i}]`;
    const same = (count: number) => counted(count).map(() => ({ name: 'same', averageMs: 1 }));
    const kinds: readonly (readonly [number, (count: number) => string, typeof same?])[] = [
      [20_000, (count) => JSON.stringify({ Layers: counted(count).map(reformat) })],
      [
        130_000,
        (count) => {
          const names = counted(count).map((i) => `relu_${i}`);
          return JSON.stringify({ Layers: names, Bindings: counted(count).map(String) });
        },
      ],
      [20_000, (count) => JSON.stringify({ Layers: counted(count).map(() => 'same') }), same],
      [20_000, (count) => `Layers:\n${counted(count).map(line).join(' ')}\n`],
    ];
    for (const [most, textOf, profileOf] of kinds) {
      const reading = (count: number) => {
        const [text, profile] = [textOf(count), profileOf && JSON.stringify(profileOf(count))];
        return () => {
          const layers = survive(text, profile)?.layers ?? [];
          expect(layers).toHaveLength(count);
          if (profile) expect(layers.every(({ timeMs }) => timeMs === 1)).toBe(true);
        };
      };
      expect(await growsInProportion(most, reading), textOf(1)).toBe(true);
    }
  }, 120_000);

  it('take time in proportion to hostile input', async () => {
    const hostile = [
      '{ Name: ',
      ', LayerType: ',
      '[ONNX Layer: ',
      '{"name" : "',
      'PWN(',
      '[{"Name":"a',
      '\\"',
    ];
    for (const part of hostile) {
      const reading = (count: number) => {
        const text = part.repeat(count);
        return () => {
          survive(`Layers:\nName: a, LayerType: kgen, Inputs: [${text}`, text);
          survive(`{"Layers": [${text}`, text);
        };
      };
      expect(await growsInProportion(50_000, reading), part).toBe(true);
    }
  });
});
