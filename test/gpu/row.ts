/** How a run of a row ended. */
export interface Outcome {
  readonly exitCode: number | undefined;
  /** Both streams, in order of arrival. */
  readonly output: string;
  /** rcc's diagnostic for a run of trtexec that failed; undefined where it passed or rcc ran. */
  readonly code: string | undefined;
  /** Names of what lies in the row's folder afterwards. */
  readonly files: readonly string[];
  /** Text of a file of the work folder; undefined where there is none. */
  read(name: string): string | undefined;
}

/** One thing that rcc takes for granted of a run. */
export interface Expectation {
  readonly says: string;
  /** What was found in its place; undefined where it holds. */
  judge(outcome: Outcome): string | undefined;
}

/** A file that a row needs in the work folder. */
export interface PreparedFile {
  readonly path: string;
  readonly text?: string;
  /** The first bytes of another file of the work folder. */
  readonly cutFrom?: string;
  readonly isProgram?: boolean;
}

/** What has to be so on a machine for a row to say something. */
export interface Condition {
  /** Releases, both ends included; a line stands for all its patches: `10.13`. */
  readonly from?: string;
  readonly to?: string;
  /** Compute capabilities. */
  readonly capabilityFrom?: string;
  readonly capabilityTo?: string;
  /** trtexec is a program of this machine, not a container or another host. */
  readonly isPlain?: boolean;
}

/** One run and what rcc expects of it. `{work}` stands for the folder of all rows, `{here}` for the row's own, `{trtexec}` for the program. */
export interface Row extends Condition {
  readonly name: string;
  readonly group: string;
  readonly what: string;
  readonly program: 'rcc' | 'trtexec';
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: readonly PreparedFile[];
  /** A file of the work folder that an earlier row left. */
  readonly needs?: string;
  /** After so long it is interrupted as by Ctrl-C. */
  readonly interruptAfterMs?: number;
  /** Longest that it may take; default 300 s. */
  readonly limitS?: number;
  readonly expects: readonly Expectation[];
  /** The place of the stand-in that rests on the same belief: a file of test/stand-in and words of the line. */
  readonly standIn: readonly [file: string, words: string];
}
