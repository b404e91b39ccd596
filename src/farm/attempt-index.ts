import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attemptFiles } from '../kit/kit-files.ts';
import { readAttempt } from '../kit/read-attempt.ts';
import type { AttemptFacts } from './cell-state.ts';
import { attemptFolder, farmFiles } from './farm-files.ts';
import {
  type Judgement,
  judge,
  judgementId,
  keepJudgements,
  nodeOf,
  readJudgements,
} from './judgement.ts';

/** Judgements are kept so many at a time: what was judged before an interruption stays so. */
const batchSize = 50;

/** The attempts of a farm's cells, each judged once. */
export interface AttemptIndex {
  /** Attempts of a cell as they are now. */
  of(key: string): Promise<readonly AttemptFacts[]>;
  /** What is known of one that has ended. */
  judgement(key: string, attempt: string): Judgement | undefined;
  /** Writes down what was judged. */
  keep(): Promise<void>;
}

/** Synchronous: thousands of folders, each of which takes a few microseconds. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const isName = (name: string): boolean => /^[\w-]+_\d+\.\d+$/.test(name);

async function openAttempt(directory: string, name: string): Promise<AttemptFacts> {
  const { environment } = await readAttempt(directory);
  const node = nodeOf(environment);
  return { name, state: 'lost', reason: 'its job ended without exit.json', node };
}

/** Reads what is known of the attempts in a farm. */
export async function indexAttempts(
  farm: string,
  onJudge: (count: number) => void = () => {},
): Promise<AttemptIndex> {
  const known = new Map(await readJudgements(farm));
  const fresh: Judgement[] = [];
  let count = 0;
  const keep = async (): Promise<void> => keepJudgements(farm, fresh.splice(0));
  const judged = async (key: string, name: string): Promise<Judgement> => {
    const before = known.get(judgementId(key, name));
    if (before) return before;
    onJudge(++count);
    const { judgement, isLasting } = await judge(farm, key, name);
    known.set(judgementId(key, name), judgement);
    if (isLasting) fresh.push(judgement);
    if (fresh.length >= batchSize) await keep();
    return judgement;
  };
  const factsOf = async (key: string, name: string): Promise<AttemptFacts> => {
    const directory = attemptFolder(farm, key, name);
    const isKnown = known.has(judgementId(key, name));
    if (!isKnown && !existsSync(join(directory, attemptFiles.exit))) {
      return openAttempt(directory, name);
    }
    const { state, reason, node } = await judged(key, name);
    return { name, state, reason, node };
  };
  return {
    async of(key) {
      const names = namesIn(join(farm, farmFiles.attempts, key));
      const found: AttemptFacts[] = [];
      for (const name of names.filter(isName)) found.push(await factsOf(key, name));
      return found;
    },
    judgement: (key, attempt) => known.get(judgementId(key, attempt)),
    keep,
  };
}
