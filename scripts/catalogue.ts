import * as z from 'zod';
import table from '../specs/catalogue.json' with { type: 'json' };
import { checkSpec } from '../src/language/check.ts';
import { draftOf } from '../src/language/draft.ts';
import { printSpec } from '../src/language/print.ts';
import type { Spec } from '../src/language/spec.ts';
import { parseSpec } from '../src/language/syntax/parse.ts';
import { type CatalogueEntry, catalogueSchema } from '../src/report/catalogue.ts';

/** `timm/resnet-50` → `resnet-50`. */
function nameOf({ name }: CatalogueEntry): string {
  return name.slice(name.indexOf('/') + 1);
}

function preprocessOf({ weights, input }: CatalogueEntry): string {
  if (!weights?.resize) return '';
  const list = (word: string, numbers: readonly number[] | undefined) =>
    numbers ? `${word} [${numbers.join(', ')}]` : '';
  const fields = [
    `resize ${weights.resize} crop ${input}`,
    list('mean', weights.mean),
    list('std', weights.std),
    `interpolation ${weights.interpolation ?? 'bilinear'} antialias yes`,
  ];
  return `preprocess { ${fields.join(' ')} }`;
}

/** The model as its row says it. */
function specOf(entry: CatalogueEntry): Spec {
  const { words, params, input, classes = 1000 } = entry;
  const text = `model ${nameOf(entry)} { ${words} input ${input} classes ${classes} ${preprocessOf(entry)} expect { params ${params} } }`;
  const { tree, diagnostics } = parseSpec({ path: `${entry.name}.rn`, text });
  const [model] = tree.models;
  const checked = model && diagnostics.length === 0 ? checkSpec(model) : undefined;
  if (checked?.spec) return checked.spec;
  const messages = [...diagnostics, ...(checked?.diagnostics ?? [])].map(({ message }) => message);
  throw new Error(`${entry.name}: ${messages.join(' ')}`);
}

const titles: Readonly<Record<string, string>> = {
  timm: 'timm',
  torchvision: 'torchvision',
  paddleclas: 'PaddleClas',
  transformers: 'transformers',
};

function commentOf({ name, model, weights }: CatalogueEntry): readonly string[] {
  const framework = new Map(Object.entries(titles)).get(name.split('/', 1)[0] ?? '') ?? '';
  const of = weights?.tag === undefined ? '' : ` Prepared as for its weights ${weights.tag}.`;
  return [`${model} of ${framework}.${of}`, 'Written by `npm run gen` from specs/catalogue.json.'];
}

/** Path and text of a spec for each network of the catalogue. */
export function catalogueTexts(): Readonly<Record<string, string>> {
  const { models } = z.parse(catalogueSchema, table);
  return Object.fromEntries(
    models.map((entry) => {
      const draft = { ...draftOf(specOf(entry)), comment: commentOf(entry) };
      return [`specs/${entry.name}.rn`, printSpec(draft)];
    }),
  );
}
