import { ownValue } from '../collections/own-value.ts';
import { visibleText } from '../diagnostics/printable.ts';

/** Finished markup; plain strings among children are text and get escaped. */
export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | number | undefined | false;
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text as markup: what a user named a model cannot become a tag, nor turn the direction of what stands beside it. Characters that XML forbids are left out. */
export function escapeText(text: string): string {
  return visibleText(text)
    .replaceAll(/[&<>"]/g, (character) => ownValue(escapes, character) ?? character)
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '');
}

const voidElements = new Set(['br', 'hr', 'input', 'link', 'meta', 'col', 'wbr']);
/** Elements of SVG that hold nothing are closed at once; HTML's are not. */
const emptyShapes = new Set(['path', 'rect', 'circle', 'line', 'use']);

/** Numbers in markup: at most two decimals, which is finer than a pixel. */
function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeText(value);
}

function childMarkup(child: Child): string {
  if (child === undefined || child === false) return '';
  return typeof child === 'object' ? child.markup : escapeText(String(child));
}

/** Markup without escaping: for texts of our own (style, script). */
export function raw(markup: string): Markup {
  return { markup };
}

export function join(children: readonly Child[]): Markup {
  return { markup: children.map(childMarkup).join('') };
}

/** An element of HTML or SVG. An attribute that is undefined or false is left out, true stands without a value. */
export function element(
  name: string,
  attributes: Attributes,
  children: readonly Child[] = [],
): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? ` ${key}` : ` ${key}="${attributeText(value)}"`;
  });
  const open = `<${name}${written.join('')}`;
  if (voidElements.has(name)) return { markup: `${open}>` };
  const inner = children.map(childMarkup).join('');
  if (inner === '' && emptyShapes.has(name)) return { markup: `${open}/>` };
  return { markup: `${open}>${inner}</${name}>` };
}
