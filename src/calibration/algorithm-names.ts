/** The algorithms by name, the default first; apart from the algorithms, so that a command line knows them without loading any. */
export const algorithmNames = ['mse', 'entropy', 'percentile', 'max'] as const;

export type CalibrationAlgorithm = (typeof algorithmNames)[number];

export const [defaultAlgorithm] = algorithmNames;
