import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { checkSpec } from '../../src/language/check.ts';
import type { Spec } from '../../src/language/spec.ts';
import { parseSpec } from '../../src/language/syntax/parse.ts';

const familySchema = z.object({
  name: z.string(),
  framework: z.enum(['timm', 'torchvision', 'transformers', 'paddleclas']),
  module: z.string().optional(),
  /** Digest of names and shapes. */
  names: z.string(),
  /** Words as the note has them; absent: none say it. */
  rn: z.string().optional(),
  needs: z.array(z.string()),
  params: z.number(),
  input: z.number().optional(),
  classes: z.number().optional(),
});

/** A network of the list of all families. */
export type Family = z.infer<typeof familySchema>;

export function readFamilies(path: string): readonly Family[] {
  const list = z.object({ models: z.array(familySchema) });
  return list.parse(JSON.parse(readFileSync(path, 'utf8'))).models;
}

/** What the note calls otherwise than the language. */
const renamed: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/attention se \{([^}]*)\}/, (_, parts = '') => `attention se ${parts.trim()}`],
  [/norm group \{ groups (\d+) \}/, (_, count) => `norm group count ${count}`],
  [
    /block \[([^\]]*)\]/,
    (_, list = '') => `block bottleneck  stage-blocks [${list.trim().split(/[ ,]+/).join(', ')}]`,
  ],
  [
    /split (\d+)(?: \{([^}]*)\})?/,
    (_, scale, parts = '') =>
      `multi-path res2net scale ${scale} ${parts.replace('pad ', 'padding ').trim()}`,
  ],
  [
    /split-attention \{([^}]*)\}/,
    (_, parts = '') =>
      `multi-path resnest ${parts.replace('pool ', 'halving ').replace('pad ', 'padding ').trim()}`,
  ],
  [
    /select \{([^}]*)\}/,
    (_, parts = '') =>
      `multi-path select ${parts.replace('input ', 'reads ').replace('split', 'halves').trim()}`,
  ],
];

/** Modules of PaddleClas whose first shortcut is none where shapes agree, as everywhere else. */
const identical: ReadonlySet<string | undefined> = new Set(['resnest', 'resnext101_wsl']);

/** The words of the language for a network; undefined: none say it. */
export function wordsOf({ rn, framework, module, needs }: Family): string | undefined {
  if (rn === undefined || needs.includes('pruned') || needs.includes('broken')) return undefined;
  const isPaddle = framework === 'paddleclas';
  const said = renamed.reduce((text, [from, to]) => text.replace(from, to), rn);
  const paths = isPaddle ? said.replace('resnest', 'resnest divisor 1 bias no') : said;
  const isIdentity = !isPaddle || identical.has(module);
  const first = isIdentity && !paths.includes('first-shortcut') ? '  first-shortcut identity' : '';
  return `${paths}${first}`.replaceAll(/ {3,}/g, '  ').trim();
}

/** The checked model that the words describe, its input as large as given. */
export function specOfWords(words: string, side: number): Spec {
  const text = `model family {\n${words}\ninput ${side}\n}\n`;
  const { tree, diagnostics } = parseSpec({ path: 'family.rn', text });
  const [model] = tree.models;
  const checked = model && checkSpec(model);
  if (!checked?.spec) {
    const said = [...diagnostics, ...(checked?.diagnostics ?? [])].map(({ message }) => message);
    throw new Error(`${words}: ${said.join(' ')}`);
  }
  return checked.spec;
}
