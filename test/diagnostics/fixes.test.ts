import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { load } from '../helpers/language.ts';

const others = { 'x.rn': 'model x { depth 18 }' };

/** The text after the change that a diagnostic offers. */
function fixed(text: string, { fix }: Diagnostic): string {
  if (!fix) throw new Error('nothing is offered');
  return text.slice(0, fix.span.start) + fix.text + text.slice(fix.span.end);
}

describe('the change that a hint stands for', () => {
  it.each([
    ['unknown-property', 'model a { dept 50 }', 'model a { depth 50 }'],
    ['unknown-value', 'model a { depth 50  variant ve }', 'model a { depth 50  variant vb }'],
    [
      'unknown-model',
      'use "x.rn"\nmodel resnet { depth 50 }\nmodel b extends resnett { }',
      'use "x.rn"\nmodel resnet { depth 50 }\nmodel b extends resnet { }',
    ],
    ['slash-comment', 'model a { depth 50 } // x', 'model a { depth 50 } # x'],
    [
      'unknown-escape',
      'model a { depth 50  labels "a\\b.txt" }',
      'model a { depth 50  labels "a\\\\b.txt" }',
    ],
    ['wrong-quotes', "model a { depth 50  labels 'a\"' }", 'model a { depth 50  labels "a\\"" }'],
    [
      'unterminated-string',
      'model a { depth 50\n labels "a.txt \n}',
      'model a { depth 50\n labels "a.txt" \n}',
    ],
    ['unexpected-token', 'use x.rn\nmodel a { depth 50 }', 'use "x.rn"\nmodel a { depth 50 }'],
    [
      'unexpected-token',
      'model b { depth 50 } model a extend b { }',
      'model b { depth 50 } model a extends b { }',
    ],
    ['outside-model', 'model b { depth 50 } modle', 'model b { depth 50 } model'],
    ['wrong-value', 'model a { depth 50  labels a.txt }', 'model a { depth 50  labels "a.txt" }'],
  ])('of %s mends %j', async (code, text, expected) => {
    const { diagnostics } = await load(text, others);
    const found = diagnostics.find((diagnostic) => diagnostic.code === code);
    expect(found && fixed(text, found)).toBe(expected);
    const after = await load(expected, others);
    expect(after.diagnostics.map((diagnostic) => diagnostic.code)).not.toContain(code);
  });

  it.each([
    ['a word that stands in braces', 'model a { depth 50  crop 224 }', 'unknown-property'],
    ['a word that is like no other', 'model a { xyzzy 50 }', 'unknown-property'],
    ['a string that took in a brace', 'model a { depth 50  labels "a.txt }', 'unterminated-string'],
    ['a number in the place of a path', 'model a { depth 50  labels [1] }', 'wrong-value'],
  ])('is not offered for %s', async (_case, text, code) => {
    const { diagnostics } = await load(text);
    const found = diagnostics.find((diagnostic) => diagnostic.code === code);
    expect(found).toBeDefined();
    expect(found?.fix).toBeUndefined();
  });
});
