import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { describeWeights } from '../../../../codegen/weights/inference/describe-weights.ts';
import { bindWeights } from '../../../../codegen/weights/naming/bind.ts';
import { schemes } from '../../../../codegen/weights/naming/schemes.ts';
import { type Diagnostic, DiagnosticError } from '../../../../src/diagnostics/diagnostic.ts';
import type { Spec } from '../../../../src/language/spec.ts';
import { namedShapes } from '../../../helpers/inferred-networks.ts';
import { specOf } from '../../../helpers/specs.ts';
import { fileOfShapes, type NamedShape } from '../../../helpers/unread-weights.ts';

/*
 * Whatever is wrong with a file, no message about its names shows one that fits as an example of what does not.
 */
const networks = schemes.map((scheme) => {
  const stem = scheme.stems[1] ? {} : { stem: 'deep' as const, stemWidths: [4, 4, 8] };
  const over: Partial<Spec> = { stages: [1, 2], widths: [8, 16], classes: 10, ...stem };
  const spec = specOf({ ...over, shortcut: scheme.shortcutKind ?? 'projection' });
  const graph = lowerSpec(spec);
  // A convolution and its norm are one layer: of halves of it torchvision's names and timm's are alike.
  const layers = [...graph.initializers.values()].flatMap(({ slot }) =>
    slot ? slot.path.replace(/\/bn$/, '') : [],
  );
  return { graph, layers, entries: namedShapes(spec, scheme) };
});

const strangeNames = [
  'cls_token',
  'blocks.0.attn.qkv.weight',
  'norm.weight',
  'layer1.0.extra.weight',
  'layer2.1.se.fc1.weight',
  'layer9.0.conv1.weight',
  'stem.9.conv.weight',
  'res2a.convs.1.weight',
  'fc.3.weight',
  'criterion.weight',
  'x.conv9.weight',
] as const;

/** Shares of the layers that are dropped and of the parameters that are misshaped; each has a roll of its own. */
const fates = fc.record({
  dropped: fc.nat({ max: 100 }),
  misshaped: fc.nat({ max: 30 }),
  rolls: fc.array(fc.nat({ max: 99 }), { minLength: 97, maxLength: 97 }),
});

const files = fc.record({
  at: fc.nat({ max: networks.length - 1 }),
  prefix: fc.constantFrom('', 'module.', 'model.backbone.', 'p.'),
  isWhole: fc.boolean(),
  fate: fates,
  strange: fc.subarray([...strangeNames]),
  copies: fc.integer({ min: 1, max: 12 }),
});

type Sample = typeof files extends fc.Arbitrary<infer T> ? T : never;

/** A file, and the names in it that are as the network wants them. */
function build({ at, prefix, isWhole, fate, strange, copies }: Sample) {
  const { graph, entries, layers } = networks[at] as (typeof networks)[number];
  const { dropped, misshaped, rolls } = fate;
  let rolled = 0;
  const roll = () => rolls[rolled++ % rolls.length] as number;
  const kept = new Map(layers.map((layer) => [layer, isWhole || roll() >= dropped]));
  const fitting: string[] = [];
  const own = entries.flatMap(([name, shape], index): NamedShape[] => {
    if (!kept.get(layers[index] ?? '')) return [];
    const full = `${prefix}${name}`;
    if (roll() < misshaped) return [[full, [...shape, 3]]];
    fitting.push(full);
    return [[full, shape]];
  });
  const more = strange.flatMap((name) =>
    Array.from({ length: copies }, (_, i): NamedShape => [i ? `${name}${i}` : name, [1]]),
  );
  const others = more.map(([name, shape]): NamedShape => [`${prefix}${name}`, shape]);
  const file = fileOfShapes(own, others);
  for (const [name] of others)
    fitting.splice(0, fitting.length, ...fitting.filter((n) => n !== name));
  const isRecognisable = own.length * 3 >= entries.length;
  return { graph, file, fitting, isRecognisable };
}

function diagnosticOf(work: () => unknown): Diagnostic | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics[0];
  }
}

/** The words of all that a diagnostic says. */
function wordsOf({ message, hint = '', details = [] }: Diagnostic): ReadonlySet<string> {
  return new Set([message, hint, ...details].join('\n').split(/[\s,;:'`()]+/));
}

/** Every name in quotes or in a line of its own that a diagnostic shows of the file. */
function shownNames({ message, details = [] }: Diagnostic): readonly string[] {
  const quoted = [...message.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
  const lines = details.flatMap(
    (line) => /^(?:not expected|another shape): (\S+)/.exec(line)?.[1] ?? [],
  );
  return [...quoted, ...lines].filter((name) => name.includes('.'));
}

test('every name that a message shows is one of the file', () => {
  let shown = 0;
  fc.assert(
    fc.property(files, (sample) => {
      const { graph, file } = build(sample);
      for (const work of [() => describeWeights(file), () => bindWeights(graph, file)]) {
        const diagnostic = diagnosticOf(work);
        const names = diagnostic ? shownNames(diagnostic) : [];
        for (const name of names) {
          if (name === file.name) continue;
          shown++;
          expect(file.tensors.has(name), `${name}: ${diagnostic?.message}`).toBe(true);
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(shown).toBeGreaterThan(20);
});

test('no message about names shows one that fits', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(files, (sample) => {
      const { graph, file, fitting, isRecognisable } = build(sample);
      const works = [() => describeWeights(file), () => bindWeights(graph, file)];
      for (const work of works) {
        const diagnostic = diagnosticOf(work);
        if (!diagnostic) continue;
        // What is left of a few layers has the names of several frameworks: it may be held against the wrong one.
        if (diagnostic.code === 'weights-do-not-fit' && !isRecognisable) continue;
        seen.set(diagnostic.code, (seen.get(diagnostic.code) ?? 0) + 1);
        const words = wordsOf(diagnostic);
        expect(
          fitting.filter((name) => words.has(name)),
          diagnostic.message,
        ).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
  for (const code of [
    'weights-names-unknown',
    'weights-do-not-fit',
    'weights-network-unsupported',
  ]) {
    expect(seen.get(code) ?? 0, code).toBeGreaterThan(10);
  }
});
