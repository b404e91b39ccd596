import { distance } from 'fastest-levenshtein';

interface Ranked {
  readonly candidate: string;
  readonly edits: number;
}

/** The candidates near the word, nearest first: those of which at most about a third of its letters differ. */
function rank(word: string, candidates: Iterable<string>): readonly Ranked[] {
  const lower = word.toLowerCase();
  const limit = Math.max(1, Math.round(word.length / 3));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
}

/** The candidate most like the word, or undefined where none is near (more than about a third of its letters differ). */
export function findNearest(word: string, candidates: Iterable<string>): string | undefined {
  return rank(word, candidates)[0]?.candidate;
}

const sortedLetters = (text: string): string => [...text.toLowerCase()].sort().join('');

/** As `findNearest`, up to `most` of them; of equally near ones those with the same letters in another order (`81` for `18`) come first. */
export function findAllNearest(
  word: string,
  candidates: Iterable<string>,
  most: number,
): readonly string[] {
  const letters = sortedLetters(word);
  return rank(word, candidates)
    .map((one) => ({ ...one, strange: distance(letters, sortedLetters(one.candidate)) }))
    .sort((a, b) => a.edits - b.edits || a.strange - b.strange)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}
