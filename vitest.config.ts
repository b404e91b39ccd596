import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Tests of programs, threads and signals, and those that take more than ten seconds: each file has a process of its own, which a worker takes when it is
 * free. The others share one a worker, which loads the sources once for all of them and is given its files at the start.
 */
const alone = [
  'test/cli/{faults,footprint,one-definition,package,prepare-conversion,pipes,report,start-up,streams,tensorrt}.test.ts',
  'test/compile/few-classes.test.ts',
  'test/engines/process.test.ts',
  'test/engines/{onnxruntime,tensorrt-rtx}/**/*.test.ts',
  'test/engines/tensorrt/*.test.ts',
  'test/engines/tensorrt/{machine,running}/**/*.test.ts',
  'test/{examples,gpu,io,judges}/**/*.test.ts',
  'test/report/browser.test.ts',
  'test/specs/references.test.ts',
];

const shared = {
  setupFiles: ['test/helpers/poison.ts'],
  testTimeout: 30_000,
};

export default defineConfig({
  test: {
    // Vitest leaves one core for itself, and a fifth of the time is spent waiting for programs: one worker more than cores keeps them busy.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', ['json', { outputFile: 'build/test-results.json' }]],
    coverage: { include: ['src/**', 'codegen/**', 'engines/**'] },
    projects: [
      { test: { ...shared, name: 'alone', include: alone } },
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          isolate: false,
        },
      },
    ],
  },
});
