#!/usr/bin/env node
import { abortOnSignals } from '../io/exit-cleanup.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `rcc inspect … | head`: the reader has seen enough, which is no failure.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`error: the result cannot be written: ${error.message}\n`);
  process.exitCode = exitCodes['tool-failed'];
});

const exitCode = await run(process.argv.slice(2), process, abortOnSignals());
process.exitCode ||= exitCode;
