import type { Row } from './row.ts';
import { artifactRows, networkRows } from './rows-artifacts.ts';
import { cacheRows, failureRows, formatRows, machineRows } from './rows-machine.ts';

/** The run sheet, in its order: what is quick and tells most comes first. */
export const rows: readonly Row[] = [
  ...machineRows,
  ...artifactRows,
  ...formatRows,
  ...cacheRows,
  ...failureRows,
  ...networkRows,
];
