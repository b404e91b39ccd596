/** Where the whole output of a program is. */
export interface LogFacts {
  log: string;
}

export const inLog = ({ log }: LogFacts): string => `The whole output is in ${log}.`;
