import { ownValue } from '../../../src/collections/own-value.ts';
import type { NetworkLayout } from '../network-layout.ts';

/**
 * Numbers in a path or a name. Stages and convolutions count from 1, blocks from 0; `flat` is the block counted through all
 * stages. A name has some of them.
 */
export type TemplateFields = Readonly<Partial<Record<FieldName, number>>>;

/** The fields and the least that each can be. */
const least = { stage: 1, block: 0, flat: 0, conv: 1, part: 0 } as const;
type FieldName = keyof typeof least;

const anyNumber = '#';

/** A name with its numbers made alike: names of one form are parameters of one kind, or of a few. */
export function formOf(name: string): string {
  return name.replace(/\d+/g, anyNumber);
}

interface Placeholder {
  readonly field: FieldName;
  readonly pattern: string;
  /** The forms (`formOf`) of what it matches. */
  readonly forms: readonly string[];
  write(fields: TemplateFields, layout: NetworkLayout): string;
  read(text: string): number;
}

function numberIn(fields: TemplateFields, field: FieldName): number {
  const value = fields[field];
  if (value === undefined) throw new Error(`the path has no '${field}'`);
  return value;
}

function counted(field: FieldName, offset: number): Placeholder {
  return {
    field,
    pattern: '\\d{1,4}',
    forms: [anyNumber],
    write: (fields) => String(numberIn(fields, field) + offset),
    read: (text) => Number(text) - offset,
  };
}

/** Blocks a stage has at least where PaddleClas 2.0 numbers them (a, b1, b2, …): stage 3 of depths 101 and 152. */
const numberedBlocks = 23;
const numberedStage = 3;
const letterA = 'a'.charCodeAt(0);

const letter: Placeholder = {
  field: 'block',
  pattern: '[a-z]|b\\d{1,4}',
  forms: [`b${anyNumber}`, ...'abcdefghijklmnopqrstuvwxyz'],
  write(fields, { stages }) {
    const block = numberIn(fields, 'block');
    const isLong = (stages[numberedStage - 1] ?? 0) >= numberedBlocks;
    return fields.stage === numberedStage && isLong && block > 0
      ? `b${block}`
      : String.fromCharCode(letterA + block);
  },
  read: (text) => (text.length > 1 ? Number(text.slice(1)) : text.charCodeAt(0) - letterA),
};

/** `{stage}`, `{conv-1}`: a field, and what is added to it; `{letter}`: the block as a letter. */
function placeholderOf(text: string): Placeholder | string {
  if (text === 'letter') return letter;
  const [, field = '', offset = '0'] = /^([a-z]+)([+-]\d+)?$/.exec(text) ?? [];
  return ownValue(least, field) === undefined ? text : counted(field as FieldName, Number(offset));
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A template in both directions. */
export interface Template {
  write(fields: TemplateFields, layout: NetworkLayout): string;
  /** The numbers in a text, where it is of this form. */
  read(text: string): TemplateFields | undefined;
  /** The forms of all texts that it may read. */
  readonly forms: readonly string[];
}

/** Every way to go through the parts, taking one choice of each. */
function combine(parts: readonly (readonly string[])[]): readonly string[] {
  return parts.reduce<readonly string[]>(
    (starts, choices) => starts.flatMap((start) => choices.map((choice) => start + choice)),
    [''],
  );
}

export function compileTemplate(template: string): Template {
  const parts = template
    .split(/\{(.+?)\}/)
    .map((part, index) => (index % 2 === 1 ? placeholderOf(part) : part));
  const used = parts.filter((part) => typeof part !== 'string');
  const body = parts.map((part) =>
    typeof part === 'string' ? escapePattern(part) : `(${part.pattern})`,
  );
  const forms = combine(
    parts.map((part) => (typeof part === 'string' ? [formOf(part)] : part.forms)),
  );
  const pattern = new RegExp(`^${body.join('')}$`);
  return {
    forms,
    write(fields, layout) {
      return parts
        .map((part) => (typeof part === 'string' ? part : part.write(fields, layout)))
        .join('');
    },
    read(text) {
      const found = pattern.exec(text);
      if (!found) return undefined;
      const values = used.map(
        ({ field, read }, index) => [field, read(found[index + 1] ?? '')] as const,
      );
      const isPlace = values.every(([field, value]) => value >= least[field]);
      return isPlace ? Object.fromEntries(values) : undefined;
    },
  };
}
