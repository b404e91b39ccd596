/** A list of single runs, as JSON.stringify lays it out: a number a line. */
const sampleLists = /"samplesMs": \[[^\]]*\]/g;

/** JSON for people and machines: two spaces, and the runs of a timing in one line. */
export function jsonText(data: unknown): string {
  const text = JSON.stringify(data, null, 2);
  return text.replaceAll(sampleLists, (list) => list.replaceAll(/\s+/g, ' '));
}
