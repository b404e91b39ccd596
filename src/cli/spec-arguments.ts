/* What the commands say of the specs that they take: see src/compile/find-specs.ts. */

export const specHelp = 'a file (.rn), a name of `rcc list`, or - for standard input';
export const specsHelp =
  'files (.rn), folders or patterns of them, names of `rcc list`, or - for standard input';
