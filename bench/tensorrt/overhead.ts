/* rcc's own time around trtexec: whole processes of the built package with a trtexec that does nothing. No figure here is one of TensorRT. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** As many samples as a timing of three seconds gives at about a millisecond each. */
const sampleCount = 2400;

export interface Overhead {
  /** From rcc's start to that of the first trtexec, which is asked for its release. */
  readonly startMs: number;
  /** From the build's end to the timing's start. */
  readonly betweenMs: number;
  /** From the last trtexec's end to rcc's. */
  readonly endMs: number;
}

function samples(): string {
  const queries = Array.from({ length: sampleCount }, (_, i) => {
    const at = (shift: number): string => (i * 1.25 + shift).toPrecision(6);
    return (
      `{ "startEnqMs" : ${at(0)}, "endEnqMs" : ${at(0.2)}, "startH2dMs" : ${at(0)}, "endH2dMs" : ${at(0.05)}, ` +
      `"startComputeMs" : ${at(0.05)}, "endComputeMs" : ${at(1.05)}, "startD2hMs" : ${at(1.05)}, "endD2hMs" : ${at(1.1)}, ` +
      '"h2dMs" : 0.05, "computeMs" : 1, "d2hMs" : 0.05, "latencyMs" : 1.1 }'
    );
  });
  return `[${queries.join('\n, ')}]\n`;
}

const nowMs = (): number => performance.timeOrigin + performance.now();

/** Benches a small network once and takes rcc's share of the time from what the trivial trtexec noted. */
export function measureOverhead(folder: string): Overhead {
  const [stamps, sampleFile] = [join(folder, 'stamps'), join(folder, 'samples.json')];
  rmSync(stamps, { force: true });
  writeFileSync(sampleFile, samples());
  const startedMs = nowMs();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['dist/rcc.js', 'bench', 'examples/digits/digits.rn', '--fp16', '--batch', '1'],
      ...['--target', 'tensorrt', '-o', join(folder, 'bench.json')],
    ],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        TRTEXEC: pathOf('./trivial-trtexec'),
        NVIDIA_SMI: pathOf('../../test/stand-in/nvidia-smi'),
        RCC_CACHE_DIR: join(folder, 'cache'),
        RCC_BENCH_STAMPS: stamps,
        RCC_BENCH_SAMPLES: sampleFile,
      },
    },
  );
  const endedMs = nowMs();
  if (status !== 0) throw new Error(stderr);
  const runs = readFileSync(stamps, 'utf8').trim().split('\n');
  const [help, build, run, time, ...more] = runs.map((line) => {
    const [kind, ...stampsNs] = line.split(' ');
    const [started = Number.NaN, ended = Number.NaN] = stampsNs.map((ns) => Number(ns) / 1e6);
    return { kind, started, ended };
  });
  if (
    help?.kind !== 'help' ||
    build?.kind !== 'build' ||
    run?.kind !== 'run' ||
    time?.kind !== 'time' ||
    more.length > 0
  ) {
    throw new Error(`trtexec ran in an unexpected order: ${runs.join(', ')}`);
  }
  return {
    startMs: help.started - startedMs,
    betweenMs: run.started - build.ended + time.started - run.ended,
    endMs: endedMs - time.ended,
  };
}
