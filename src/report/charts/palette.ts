/*
 * Colours of marks: attributes hold the light ones, so that any reader of SVG draws them; classes let a style sheet replace them.
 */
import { ownValue } from '../../collections/own-value.ts';
import type { Attributes } from '../markup.ts';
import type { StyleIndex } from './chart.ts';

/** So many pairs of a colour and a mark differ. */
export const styleCount = 56;

interface Tone {
  readonly light: string;
  readonly dark: string;
}

/** Series colours after Okabe and Ito, told apart by colour-blind eyes; at least 3:1 against their surface in both themes. */
const seriesTones: readonly Tone[] = [
  { light: '#0067a6', dark: '#5cb8f0' },
  { light: '#c24e00', dark: '#ff9a5c' },
  { light: '#00785a', dark: '#3fd6a8' },
  { light: '#a2407f', dark: '#ec9ad0' },
  { light: '#7d6300', dark: '#e3c34a' },
  { light: '#5b54b8', dark: '#a9a4f5' },
  { light: '#5d6876', dark: '#a8b3c0' },
  { light: '#b3263a', dark: '#ff8896' },
];

const namedTones = {
  surface: { light: '#ffffff', dark: '#161b22' },
  ink: { light: '#16202b', dark: '#e8edf3' },
  quiet: { light: '#556270', dark: '#a3afbc' },
  grid: { light: '#e3e8ee', dark: '#2b333d' },
  axis: { light: '#9aa6b2', dark: '#59646f' },
  band: { light: '#f1f4f8', dark: '#1f262f' },
} as const satisfies Record<string, Tone>;

export type ToneName = keyof typeof namedTones;

const tones: Readonly<Record<string, Tone>> = {
  ...namedTones,
  ...Object.fromEntries(seriesTones.map((tone, i) => [`s${i}`, tone])),
};

function toneOf(name: ToneName | StyleIndex): { readonly key: string; readonly light: string } {
  const key = typeof name === 'number' ? `s${name % seriesTones.length}` : name;
  return { key, light: ownValue(tones, key)?.light ?? '#000000' };
}

/** Attributes that fill a shape or a text. */
export function fillOf(name: ToneName | StyleIndex): Attributes {
  const { key, light } = toneOf(name);
  return { class: `f-${key}`, fill: light };
}

/** Attributes that draw a line. */
export function strokeOf(name: ToneName | StyleIndex): Attributes {
  const { key, light } = toneOf(name);
  return { class: `k-${key}`, stroke: light, fill: 'none' };
}

/** A filled shape with an outline in the surface's colour, so that marks on top of each other stay apart. */
export function markOf(style: StyleIndex): Attributes {
  const fill = fillOf(style);
  return { ...fill, class: `mark ${fill.class} k-surface`, stroke: namedTones.surface.light };
}

/** An empty shape with its outline in the style's colour: an unstable figure. */
export function hollowOf(style: StyleIndex): Attributes {
  const stroke = strokeOf(style);
  return { ...stroke, class: `mark ${stroke.class} f-surface`, fill: namedTones.surface.light };
}

/** A filled text with a rim in the surface's colour under it. */
export function rimmed(tone: ToneName): Attributes {
  const fill = fillOf(tone);
  return {
    ...fill,
    class: `${fill.class} k-surface`,
    stroke: namedTones.surface.light,
    'stroke-width': 3,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  };
}

/** Custom properties of one theme, for a page's style sheet. */
export function themeVariables(theme: keyof Tone): string {
  return Object.entries(tones)
    .map(([key, tone]) => `--${key}:${tone[theme]};`)
    .join('');
}

/** Rules that hand the theme's custom properties to the marks. */
export const themedRules = Object.keys(tones)
  .map((key) => `.f-${key}{fill:var(--${key})}.k-${key}{stroke:var(--${key})}`)
  .join('');

/** Style of a lone SVG file: as its attributes say, and dark where the reader's system is. */
export const loneFileStyle = `@media (prefers-color-scheme:dark){${Object.entries(tones)
  .map(([key, { dark }]) => `.f-${key}{fill:${dark}}.k-${key}{stroke:${dark}}`)
  .join('')}}`;
