#!/usr/bin/env node
import { abortOnSignals } from '../io/exit-cleanup.ts';
import { exitCodes } from './exit-codes.ts';
import { prepareConversion } from './prepare-conversion.ts';
import { run } from './run.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `rcc inspect … | head`: the reader has seen enough, which is no failure.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`error: the result cannot be written: ${error.message}\n`);
  process.exitCode = exitCodes['tool-failed'];
});

const argv = process.argv.slice(2);
const signal = abortOnSignals();
await prepareConversion(argv);
const exitCode = await run(argv, process, signal);
process.exitCode ||= exitCode;
