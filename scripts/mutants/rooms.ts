/** What is mutated together, and the tests that have to notice. */
export interface Room {
  /** Globs of sources. */
  readonly sources: readonly string[];
  /** Globs of tests that start no program and need no file from outside. */
  readonly tests: readonly string[];
  /**
   * Leaves out what runs once, as a file is loaded: each fault in it would need all tests of the room. For rooms that are tables for the most part, whose
   * text golden files hold.
   */
  readonly withoutTables?: true;
}

const planning = [
  'extra-arguments',
  'gpu',
  'gpu-options',
  'intent',
  'io-format',

  'option-rows',
  'option-rules',
  'option-table',
  'plan',
  'plan-inference',
  'precision-recipes',
  'release',
];

export const rooms: Readonly<Record<string, Room>> = {
  passes: {
    sources: ['codegen/passes/**/*.ts'],
    tests: ['test/codegen/passes/**/*.test.ts'],
  },
  quantization: {
    sources: ['codegen/quantization/**/*.ts'],
    tests: [
      'test/codegen/quantization/**/*.test.ts',
      'test/codegen/passes/quantize.test.ts',
      'test/codegen/passes/quantized-numbers.test.ts',
    ],
  },
  tensors: {
    sources: ['codegen/tensors/*.ts'],
    tests: ['test/codegen/tensors/*.test.ts', 'test/codegen/weights/*.test.ts'],
  },
  weights: {
    sources: ['codegen/weights/*.ts', 'codegen/weights/formats/*.ts'],
    tests: [
      'test/codegen/weights/*.test.ts',
      'test/codegen/weights/formats/*.test.ts',
      'test/codegen/weights/formats/pickle/refusals.test.ts',
      'test/codegen/weights/naming/bind.test.ts',
    ],
  },
  inference: {
    sources: ['codegen/weights/inference/*.ts'],
    tests: ['test/codegen/weights/inference/*.test.ts'],
  },
  pickle: {
    sources: ['codegen/weights/formats/pickle/*.ts'],
    tests: ['test/codegen/weights/**/*.test.ts'],
  },
  naming: {
    sources: ['codegen/weights/naming/*.ts'],
    tests: ['test/codegen/weights/naming/*.test.ts'],
  },
  onnx: {
    sources: ['codegen/onnx/**/*.ts'],
    tests: ['test/codegen/onnx/**/*.test.ts'],
  },
  io: {
    sources: ['src/io/**/*.ts'],
    tests: ['test/io/**/*.test.ts'],
  },
  compare: {
    sources: ['compare', 'logit-unit', 'ranking', 'stability', 'statistics', 'tolerances'].map(
      (name) => `engines/${name}.ts`,
    ),
    tests: ['test/engines/*.test.ts'],
  },
  tensorrt: {
    sources: planning.map((name) => `engines/tensorrt/planning/${name}.ts`),
    tests: planning.map((name) => `test/engines/tensorrt/planning/${name}.test.ts`),
    withoutTables: true,
  },
};

/** Tests that take long or start programs: a mutant would wait for them each time. */
export const leftOut = [
  'test/**/fuzz.test.ts',
  'test/**/real-files.test.ts',
  'test/codegen/onnx/limits.test.ts',
  'test/engines/process.test.ts',
  'test/io/*-processes.test.ts',
];
