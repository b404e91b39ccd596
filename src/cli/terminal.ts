/** What a stream can show. */
export interface Terminal {
  /** Undefined in pipes and files: nothing is wrapped there. */
  readonly columns: number | undefined;
  readonly color: boolean;
  /** Whether a line may be rewritten where it stands. */
  readonly isLive: boolean;
}

/** Of a terminal that does not say. */
const usualColumns = 80;

/** NO_COLOR and TERM=dumb promise that no escape is written; FORCE_COLOR asks for colours even in a file. */
export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const isTerminal = stream.isTTY === true;
  const isLive = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  const isForced = Boolean(env.FORCE_COLOR && env.FORCE_COLOR !== '0');
  return {
    columns: isTerminal ? stream.columns || usualColumns : undefined,
    color: !env.NO_COLOR && (isForced || isLive),
    isLive,
  };
}
