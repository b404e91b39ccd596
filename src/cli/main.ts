#!/usr/bin/env node
import { abortOnSignals } from '../io/exit-cleanup.ts';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), process, abortOnSignals());
