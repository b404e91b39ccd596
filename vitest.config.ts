import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/helpers/poison.ts'],
    testTimeout: 30_000,
    reporters: ['default', ['json', { outputFile: 'build/test-results.json' }]],
    coverage: { include: ['src/**', 'codegen/**', 'engines/**'] },
  },
});
