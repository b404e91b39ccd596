import { defineConfig } from 'vitest/config';
import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node';
import { ownValue } from '../../src/collections/own-value.ts';
import { leftOut, rooms } from './rooms.ts';

/**
 * Stryker looks at tests only, and takes a fault for unnoticed that keeps a whole file from loading or a `beforeAll` from ending: no test of it fails. This
 * tells it that something else did.
 */
function tellOfBrokenFiles(): Reporter {
  let vitest: Vitest | undefined;
  const tell = (part: TestModule | TestSuite): void => {
    for (const error of part.errors()) vitest?.state.catchError(error, 'Unhandled Error');
  };
  return {
    onInit(created) {
      vitest = created;
    },
    onTestModuleEnd: tell,
    onTestSuiteResult: tell,
  };
}

/** The tests of one room, which Stryker's process names in the environment. */
export default defineConfig({
  test: {
    include: [...(ownValue(rooms, process.env.RCC_MUTANTS_ROOM ?? '')?.tests ?? [])],
    exclude: [...leftOut],
    setupFiles: ['test/helpers/poison.ts'],
    // One worker for all files: a mutant costs a start, not one a file.
    isolate: false,
    testTimeout: 30_000,
    // A snapshot that is not there yet is a fault too: a name may have changed.
    update: 'none',
    reporters: [tellOfBrokenFiles()],
  },
});
