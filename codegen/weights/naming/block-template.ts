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

/** The template's text for a layer. */
export function fillTemplate(template: string, place: BlockPlace): string {
  return template.replace(/\{(.+?)\}/g, (whole, key: string) => {
    return placeholders[key]?.write(place) ?? whole;
  });
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The template backwards: what a text says, where it is of this form. */
export function compileTemplate(template: string): (text: string) => BlockFields | undefined {
  const used: Placeholder[] = [];
  const body = template
    .split(/\{(.+?)\}/)
    .map((part, index) => {
      const placeholder = index % 2 === 1 ? placeholders[part] : undefined;
      if (!placeholder) return escapePattern(part);
      used.push(placeholder);
      return `(${placeholder.pattern})`;
    })
    .join('');
  const pattern = new RegExp(`^${body}$`);
  return (text) => {
    const found = pattern.exec(text);
    if (!found) return undefined;
    const values = used.map(
      ({ field, read }, index) => [field, read(found[index + 1] ?? '')] as const,
    );
    return values.some(([, value]) => value < 0) ? undefined : Object.fromEntries(values);
  };
}
