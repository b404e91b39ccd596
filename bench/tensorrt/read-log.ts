/* A process of its own: reads FILE as the output of a trtexec, into the parser and a log file as a build does, and prints how long that took. */
import { rm } from 'node:fs/promises';
import { runTool } from '../../engines/process.ts';
import { TrtexecLogParser } from '../../engines/tensorrt/logs/parse-log.ts';

const [file = ''] = process.argv.slice(2);
const parser = new TrtexecLogParser();
const logPath = `${file}.log`;
const { exitCode, durationMs } = await runTool({
  command: ['cat', file],
  logPath,
  onLine: (line, stream) => parser.push(line, stream),
});
await rm(logPath, { force: true });
if (exitCode !== 0 || parser.report().summary.throughputQps === undefined) {
  throw new Error(`${file} was not read to its end`);
}
console.log(JSON.stringify({ readMs: durationMs }));
