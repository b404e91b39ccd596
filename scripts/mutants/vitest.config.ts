import { defineConfig } from 'vitest/config';
import { leftOut, rooms } from './rooms.ts';

/** The tests of one room, which Stryker's process names in the environment. */
export default defineConfig({
  test: {
    include: [...(rooms[process.env.RCC_MUTANTS_ROOM ?? '']?.tests ?? [])],
    exclude: [...leftOut],
    // One worker for all files: a mutant costs a start, not one a file.
    isolate: false,
  },
});
