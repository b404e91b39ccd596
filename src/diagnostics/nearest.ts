import { distance } from 'fastest-levenshtein';

/** The candidate most like the word, or undefined where none is near (more than about a third of its letters differ). */
export function findNearest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(lower, candidate.toLowerCase());
    if (!best || edits < best.edits) best = { candidate, edits };
  }
  const limit = Math.max(1, Math.round(word.length / 3));
  return best && best.edits <= limit ? best.candidate : undefined;
}
