import { InvalidArgumentError } from 'commander';

/** `5ms` → 5. */
export function parseMs(text: string): number {
  const figure = /^(\d+(?:\.\d+)?)\s*(?:ms)?$/.exec(text)?.[1];
  if (figure === undefined || Number(figure) === 0) {
    throw new InvalidArgumentError('It must be milliseconds such as 5ms.');
  }
  return Number(figure);
}

/** `5%` → 0.05. A bare number is refused: 0.05 may mean either. */
export function parsePercentage(text: string): number {
  const figure = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1];
  if (figure === undefined) throw new InvalidArgumentError('It must be a percentage such as 5%.');
  return Number(figure) / 100;
}

/** A share of pictures: `78%` → 0.78. */
export function parseAccuracy(text: string): number {
  const share = parsePercentage(text);
  if (share > 1) throw new InvalidArgumentError('It must be at most 100%.');
  return share;
}
