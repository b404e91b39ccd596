import { ownValue } from '../../../src/collections/own-value.ts';
import type { LayerPlace } from '../parameter-slot.ts';

export type BlockPlace = Extract<LayerPlace, { kind: 'block' }>;

/** What a template's text says of a block's layer: some schemes count blocks through all stages and name no stage. */
export interface BlockFields {
  readonly stage?: number;
  readonly block?: number;
  readonly layer?: number;
}

interface Placeholder {
  readonly field: keyof BlockFields;
  readonly pattern: string;
  write(place: BlockPlace): string;
  read(text: string): number;
}

function counted(
  field: keyof BlockFields,
  base: number,
  count: (place: BlockPlace) => number,
): Placeholder {
  return {
    field,
    pattern: '\\d{1,4}',
    write: (place) => String(count(place) + base),
    read: (text) => Number(text) - base,
  };
}

/** Blocks a stage has at least where PaddleClas 2.0 numbers them (a, b1, b2, …): stage 3 of depths 101 and 152. */
const numberedBlocks = 23;
const letterA = 'a'.charCodeAt(0);

const letter: Placeholder = {
  field: 'block',
  pattern: '[a-z]|b\\d{1,4}',
  write: ({ stage, block, stageBlocks }) =>
    stage === 2 && stageBlocks >= numberedBlocks && block > 0
      ? `b${block}`
      : String.fromCharCode(letterA + block),
  read: (text) => (text.length > 1 ? Number(text.slice(1)) : text.charCodeAt(0) - letterA),
};

const placeholders: Readonly<Record<string, Placeholder>> = {
  /** Block through all stages. */
  flat: counted('block', 0, ({ flatBlock }) => flatBlock),
  stage: counted('stage', 0, ({ stage }) => stage),
  'stage+1': counted('stage', 1, ({ stage }) => stage),
  'stage+2': counted('stage', 2, ({ stage }) => stage),
  block: counted('block', 0, ({ block }) => block),
  letter,
  layer: counted('layer', 0, ({ layer }) => Number(layer)),
  'layer+1': counted('layer', 1, ({ layer }) => Number(layer)),
};

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A template in both directions. */
export interface BlockTemplate {
  /** The name of a layer. */
  write(place: BlockPlace): string;
  /** What a name says, where it is of this form. */
  read(name: string): BlockFields | undefined;
}

export function compileTemplate(template: string): BlockTemplate {
  const parts = template
    .split(/\{(.+?)\}/)
    .map((part, index) => (index % 2 === 1 ? (ownValue(placeholders, part) ?? part) : part));
  const used = parts.filter((part) => typeof part !== 'string');
  const body = parts.map((part) =>
    typeof part === 'string' ? escapePattern(part) : `(${part.pattern})`,
  );
  const pattern = new RegExp(`^${body.join('')}$`);
  return {
    write(place) {
      return parts.map((part) => (typeof part === 'string' ? part : part.write(place))).join('');
    },
    read(name) {
      const found = pattern.exec(name);
      if (!found) return undefined;
      const values = used.map(
        ({ field, read }, index) => [field, read(found[index + 1] ?? '')] as const,
      );
      return values.some(([, value]) => value < 0) ? undefined : Object.fromEntries(values);
    },
  };
}
