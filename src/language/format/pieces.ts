import type { Span } from '../../diagnostics/source.ts';
import { type Comment, lineEnds, type Trivia } from './comments.ts';

/** What stands on lines of its own in a block: a node with the comment behind it, or a comment. */
export interface Piece<T> {
  /** Absent: a comment alone. */
  readonly node?: T;
  readonly comment?: Comment;
  /** Whether an empty line stood before it. */
  readonly isApart: boolean;
}

export interface Block<T> {
  readonly pieces: readonly Piece<T>[];
  /** The comment on the line of the opening brace. */
  readonly opening?: Comment | undefined;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const isIn = ({ start }: Comment, range: Range): boolean =>
  range.start < start && start < range.end;

export function commentsIn({ comments }: Trivia, range: Range): readonly Comment[] {
  return comments.filter((comment) => isIn(comment, range));
}

/** Behind what a comment stands on one line; undefined: on its own. */
function before(trivia: Trivia, ranges: readonly Range[], { start }: Comment): Range | undefined {
  const last = ranges.findLast(({ end }) => end <= start);
  return last && lineEnds(trivia, last.end, start) === 0 ? last : undefined;
}

/** The nodes of a block and the comments between them, in order. Comments inside a node are the node's. */
export function piecesOf<T extends { readonly span: Span }>(
  trivia: Trivia,
  nodes: readonly T[],
  range: Range,
): Block<T> {
  const loose = commentsIn(trivia, range).filter(
    (comment) => !nodes.some(({ span }) => isIn(comment, span)),
  );
  // Of the start of a file no line is the brace's.
  const brace = { start: range.start, end: range.start + 1 };
  const ranges = [...(range.start >= 0 ? [brace] : []), ...nodes.map(({ span }) => span)];
  const byPlace = new Map(loose.map((comment) => [before(trivia, ranges, comment), comment]));
  const own = loose.filter((comment) => before(trivia, ranges, comment) === undefined);
  const placed = [
    ...nodes.map((node) => {
      const comment = byPlace.get(node.span);
      return { node, ...(comment ? { comment } : {}), ...node.span, last: comment?.end };
    }),
    ...own.map((comment) => ({ comment, ...comment, last: comment.end })),
  ].toSorted((a, b) => a.start - b.start);
  const pieces = placed.map((piece, index) => {
    const previous = placed[index - 1];
    const from = previous && (previous.last ?? previous.end);
    const isApart = from !== undefined && lineEnds(trivia, from, piece.start) > 1;
    const node = 'node' in piece ? { node: piece.node } : {};
    return { ...node, ...(piece.comment ? { comment: piece.comment } : {}), isApart };
  });
  return { pieces, opening: byPlace.get(brace) };
}
