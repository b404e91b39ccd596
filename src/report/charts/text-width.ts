/** Widths in em of the characters that names and figures are made of, of a wide sans serif (DejaVu Sans): narrower fonts fit too. */
const widths: readonly (readonly [characters: string, em: number])[] = [
  ["iljI.,:;|'! ", 0.33],
  ['frt-()[]/', 0.4],
  ['_cksvxyzJLs', 0.55],
  ['abdeghnopqu0123456789ETZFP', 0.62],
  ['ABCDGHKNOQRSUVXY', 0.7],
  ['mwMW%×@', 0.92],
];
const emByCharacter = new Map(
  widths.flatMap(([characters, em]) =>
    [...characters].map((character) => [character, em] as const),
  ),
);

/** Upper bound of a text's width in pixels. */
export function textWidth(text: string, fontSize: number): number {
  return (
    [...text].reduce((sum, character) => sum + (emByCharacter.get(character) ?? 0.65), 0) * fontSize
  );
}

/** The text, cut with an ellipsis where it would be wider than `width` pixels. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let kept = text;
  while (kept.length > 1 && textWidth(`${kept}…`, fontSize) > width) kept = kept.slice(0, -1);
  return `${kept}…`;
}
