#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { abortOnSignals } from '../io/exit-cleanup.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `rcc inspect … | head`: the reader has seen enough, which is no failure.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`error: the result cannot be written: ${error.message}\n`);
  process.exitCode = exitCodes['tool-failed'];
});

// A conversion's memory is buffers outside of the heap: a young generation that stays small keeps the peak down. And it is over before optimised code
// pays, except that of loops over weights; compiling the rest takes a core from the hash and the writes.
if (process.argv[2] === 'compile') {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--interrupt-budget=1000000');
}

const exitCode = await run(process.argv.slice(2), process, abortOnSignals());
process.exitCode ||= exitCode;
