/*
 * Puts small faults into the rooms where a wrong number is made and counts those that no test notices.
 *
 *     npm run mutants                      every room
 *     npm run mutants -- passes weights    these rooms; a second run tries only what changed (--force: everything)
 *
 * build/mutants/ROOM.html shows each fault in its place, build/mutants/ROOM.txt lists those that survived.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { type Room, rooms } from './mutants/rooms.ts';
import { type RoomResult, summarize, survivorsText } from './mutants/summary.ts';

/** Share of faults that have to be noticed. */
const aim = 0.9;
const folder = 'build/mutants';

async function runRoom(
  [name, room]: readonly [string, Room],
  force: boolean,
  concurrency: number,
): Promise<RoomResult> {
  process.env.RCC_MUTANTS_ROOM = name;
  // onnxruntime reads it as it is loaded, and a thread cannot set it.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const stryker = new Stryker({
    mutate: [...room.sources],
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutants/vitest.config.ts' },
    plugins: ['@stryker-mutator/vitest-runner', './scripts/mutants/ignorers.mjs'],
    ignorers: ['own-mistakes'],
    // What a test file makes before its tests run counts too: faults in it are tried with all tests of the room.
    ignoreStatic: room.withoutTables ?? false,
    coverageAnalysis: 'perTest',
    concurrency,
    // Long enough for a machine that others use too: a fault that is only slow is not noticed.
    timeoutMS: 30_000,
    // Stryker rewrites a tsconfig by TypeScript's older interface, which is gone; nothing here checks types.
    ignorePatterns: [
      'tsconfig*.json',
      'build',
      'dist',
      'report',
      'bench/results',
      'specs/**/*.svg',
    ],
    tempDirName: `${folder}/${name}.tmp`,
    incremental: true,
    incrementalFile: `${folder}/${name}.incremental.json`,
    force,
    reporters: ['html', 'progress-append-only'],
    htmlReporter: { fileName: `${folder}/${name}.html` },
    allowConsoleColors: false,
  });
  return summarize(name, await stryker.runMutationTest());
}

async function main(): Promise<boolean> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      force: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '1' },
    },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(rooms, name));
  if (unknown.length > 0) {
    console.error(`No room ${unknown.join(', ')}; there are ${Object.keys(rooms).join(', ')}.`);
    return false;
  }
  const chosen = Object.entries(rooms).filter(
    ([name]) => positionals.length === 0 || positionals.includes(name),
  );
  await mkdir(folder, { recursive: true });
  const results: RoomResult[] = [];
  for (const room of chosen) {
    const result = await runRoom(room, values.force, Number(values.concurrency));
    await writeFile(`${folder}/${result.room}.txt`, survivorsText(result));
    results.push(result);
  }
  console.table(results.map(({ survivors, ...figures }) => figures));
  return results.every(({ share }) => share >= aim);
}

process.exitCode = (await main()) ? 0 : 1;
