import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface CliOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSetting {
  readonly env?: NodeJS.ProcessEnv;
  /** Whether both streams pretend to be a terminal. */
  readonly isTerminal?: boolean;
}

class Capture extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 120;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  // What a live line asks of a terminal: it rewrites its own line.
  cursorTo(column: number): void {
    const start = this.text.lastIndexOf('\n') + 1;
    this.text = this.text.slice(0, start + column).padEnd(start + column);
  }
  clearLine(): void {}
  moveCursor(): void {}
}

/** Runs a command line in this process, its streams captured. */
export async function rccIn(
  { env = {}, isTerminal = false }: CliSetting,
  ...argv: readonly string[]
): Promise<CliOutcome> {
  const stdout = new Capture(isTerminal);
  const stderr = new Capture(isTerminal);
  const io = {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    // The cache and the OpenVINO of whoever runs the tests are none of theirs.
    env: { RCC_ENGINE_CACHE: 'off', RCC_OPENVINO: 'off', ...env },
  };
  const exitCode = await run(argv, io, new AbortController().signal);
  return {
    exitCode,
    get stdout() {
      return stdout.text;
    },
    get stderr() {
      return stderr.text;
    },
  };
}

export const rcc = (...argv: readonly string[]): Promise<CliOutcome> => rccIn({}, ...argv);
