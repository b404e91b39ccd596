import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface CliOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Capture extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line in this process, its streams captured. */
export async function rcc(...argv: readonly string[]): Promise<CliOutcome> {
  const stdout = new Capture();
  const stderr = new Capture();
  const io = {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    env: {},
  };
  const exitCode = await run(argv, io, new AbortController().signal);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
