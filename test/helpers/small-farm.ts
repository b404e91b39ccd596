import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Farm } from '../../src/farm/scheduler.ts';
import { type Site, siteSchema } from '../../src/farm/site.ts';

/** A kit that waits for `go` in the farm's folder, and ends by itself when it is told to. */
const script = `attempt=$1
mkdir "$attempt" || exit 2
echo "$PWD" > "$attempt/where"
echo "\${CUDA_VISIBLE_DEVICES:-}" > "$attempt/device"
finish() { echo "{\\"state\\":\\"$1\\"}" > "$attempt/exit.part" && mv "$attempt/exit.part" "$attempt/exit.json"; exit 0; }
trap 'finish timeout' TERM
while [ ! -e go ]; do sleep 0.1; done
finish done
`;

export interface SmallFarm extends Farm {
  /** Attempts of a cell, oldest first. */
  attempts(key: string): readonly string[];
  /** What an attempt says of itself; undefined where it has no exit.json. */
  ending(key: string, attempt: string): string | undefined;
  /** Lets all kits finish. */
  go(): void;
  remove(): void;
}

export function smallFarm(keys: readonly string[], folder = tmpdir()): SmallFarm {
  const directory = mkdtempSync(join(folder, 'rcc-farm-'));
  for (const key of keys) {
    mkdirSync(join(directory, 'kits', key), { recursive: true });
    writeFileSync(join(directory, 'kits', key, 'run.sh'), script);
  }
  const inAttempts = (...path: readonly string[]) => join(directory, 'attempts', ...path);
  return {
    directory,
    name: 'small',
    attempts: (key) => (existsSync(inAttempts(key)) ? readdirSync(inAttempts(key)).toSorted() : []),
    ending(key, attempt) {
      const path = inAttempts(key, attempt, 'exit.json');
      return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).state : undefined;
    },
    go: () => writeFileSync(join(directory, 'go'), ''),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** site.json as a person writes it. */
export function siteOf(given: Readonly<Record<string, unknown>>): Site {
  return siteSchema.parse({ schemaVersion: 1, gpus: {}, ...given });
}
