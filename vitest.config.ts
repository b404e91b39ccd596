import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that ask what stands beside the project: NVIDIA's compiler, a Triton server, a browser, Neovim, npm's registry, strace, a whole run sheet. `npm run test:all` runs them too. */
const tools = [
  'test/cli/{footprint,package}.test.ts',
  'test/engines/openvino/{real,relatives,specs}.test.ts',
  'test/engines/tensorrt-rtx/{flavours,quantized,real,worse}.test.ts',
  'test/gpu/**/*.test.ts',
  'test/lsp/neovim.test.ts',
  'test/report/browser.test.ts',
  'test/triton/**/*.test.ts',
];

/**
 * Tests of programs, threads and signals, and those that take more than ten seconds: each file has a process of its own, which a worker takes when it is
 * free. The others share one a worker, which loads the sources once for all of them and is given its files at the start.
 */
const alone = [
  'test/cli/{checkout,engine-cache,faults,one-definition,prepare-conversion,pipes,report,start-up,streams,tensorrt,terminal}.test.ts',
  'test/cli/completion/shells.test.ts',
  'test/compile/few-classes.test.ts',
  'test/deploy/deploy-processes.test.ts',
  'test/engines/process.test.ts',
  'test/engines/{onnxruntime,openvino,tensorrt-rtx}/**/*.test.ts',
  'test/engines/tensorrt/*.test.ts',
  'test/engines/tensorrt/{machine,running}/**/*.test.ts',
  'test/{engine-cache,examples,io,judges,kit}/**/*.test.ts',
  'test/farm/schedulers/{local,ssh}.test.ts',
  'test/lsp/{fuzz,process,replay,session}.test.ts',
  'test/server/verify.test.ts',
  'test/specs/references.test.ts',
];

/** Tests on a real Slurm, a cluster each (test/slurm/setup.sh installs it): two files at once, as they wait more than they compute, and none beside those above. */
const slurm = ['test/slurm/**/*.test.ts'];

const shared = {
  setupFiles: ['test/helpers/poison.ts', 'test/helpers/temporary-folder.ts'],
  testTimeout: 30_000,
  // The engines and the OpenVINO of whoever runs the tests are none of theirs.
  env: { RCC_ENGINE_CACHE: 'off', RCC_OPENVINO: 'off' },
};

export default defineConfig({
  test: {
    // Vitest leaves one core for itself, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    reporters: ['default', ['json', { outputFile: 'build/test-results.json' }]],
    coverage: { include: ['src/**', 'codegen/**', 'engines/**'] },
    projects: [
      { test: { ...shared, name: 'tools', include: tools } },
      { test: { ...shared, name: 'alone', include: alone, exclude: tools } },
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...tools, ...alone, ...slurm],
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'slurm',
          include: slurm,
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
