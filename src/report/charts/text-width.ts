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

/** The text in lines of at most `width` pixels, behind spaces and underscores as far as there are any; a part that is wider is cut. */
export function linesOf(text: string, width: number, fontSize: number): readonly string[] {
  const lines = [''];
  for (const part of text.split(/(?<=[ _])/)) {
    const longer = `${lines.at(-1)}${part}`;
    if (lines.at(-1) === '' || textWidth(longer.trimEnd(), fontSize) <= width)
      lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line) => fitText(line.trimEnd(), width, fontSize));
}
