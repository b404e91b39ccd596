import { groupBy } from '../src/collections/group-by.ts';

/** A sentence about one of several measurements, and which one that is: `8`, `4×2`. */
export interface PlacedWarning {
  readonly place: string;
  readonly text: string;
}

const figure = /\d+(?:\.\d+)?/g;

/** Sentences that differ in their figures alone, as one: `21.9 to 77.0 times`. */
function mergeFigures(texts: readonly string[]): string {
  const figures = texts.map((text) => text.match(figure) ?? []);
  let place = 0;
  return (texts[0] ?? '').replaceAll(figure, () => {
    const here = figures.map((own) => own[place] ?? '').toSorted((a, b) => Number(a) - Number(b));
    place += 1;
    const [least, most] = [here[0], here.at(-1)];
    return least === most ? `${least}` : `${least} to ${most}`;
  });
}

/** What is said of several measurements alike is said once, with their places: `batch 1, 4: …`. */
export function mergeWarnings(title: string, told: readonly PlacedWarning[]): readonly string[] {
  return [...groupBy(told, ({ text }) => text.replaceAll(figure, '#'))].map(([, same]) => {
    const places = same.map(({ place }) => place).join(', ');
    return `${title} ${places}: ${mergeFigures(same.map(({ text }) => text))}`;
  });
}
