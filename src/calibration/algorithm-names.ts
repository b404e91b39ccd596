/** The algorithms by name, the default first; apart from the algorithms, so that a command line knows them without loading any. */
export const algorithmNames = ['entropy', 'percentile', 'mse', 'max'] as const;

export type CalibrationAlgorithm = (typeof algorithmNames)[number];
