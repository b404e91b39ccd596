/*
 * Stands in for trtexec in tests: started like the real one, told a release and a GPU by environment variables (settings.ts). It takes exactly
 * the options of that release, loads the ONNX file and runs it on onnxruntime, writes an "engine" tied to release and GPU, and prints that
 * release's banner, warnings and summary, or fails as told (failures.ts). No figure it prints was measured, and its output says so.
 */
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { buildEngine } from './build-step.ts';
import { type ParsedCommandLine, parseCommandLine } from './command-line.ts';
import { banner, Exit, log, plain } from './console.ts';
import { cudaFailure, FailedRun } from './failures.ts';
import { gpu, release, settings, since, strike } from './pretence.ts';
import { useEngine } from './run-step.ts';

const argv = process.argv.slice(2);

function printHelp(): void {
  for (let i = 0; i < 200; i++) plain(`  --option${i}   words of the help text`);
}

function refuseOptions({ unknown, complaints }: ParsedCommandLine): void {
  const errors = [...complaints, ...unknown];
  if (errors.length === 0) return;
  const helpFirst = since('10.0.0');
  if (helpFirst) printHelp();
  for (const error of errors) log('E', error);
  if (!helpFirst) printHelp();
  if (since('11.1.0')) throw new Exit(1);
  throw new FailedRun();
}

/**
 * From 8.6 trtexec.cpp (initLibrary) opens TensorRT by DynamicLibrary of common.h, which is dlopen and takes the first libnvinfer of
 * LD_LIBRARY_PATH, whatever is in it. What dlopen says of an empty file is glibc's.
 */
function openLibraries(): void {
  const library = `libnvinfer.so.${Math.floor(release.order / 10_000)}`;
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean);
  const path = folders.map((folder) => `${folder}/${library}`).find((one) => existsSync(one));
  if (!path || !since('8.6.0') || statSync(path).size > 0) return;
  const reason = `Unable to open library: ${library} due to ${path}: file too short`;
  log('E', `Could not load library ${library}: ${reason}`);
  throw new FailedRun();
}

function printDevice(): void {
  if (!gpu) cudaFailure('no CUDA-capable device is detected', release);
  const clock = since('8.6.0') ? 'Application Compute Clock Rate' : 'Compute Clock Rate';
  log('I', '=== Device Information ===');
  if (since('9.1.0')) {
    log('I', 'Available Devices: ');
    log('I', `  Device 0: "${gpu.name}" UUID: ${gpu.uuid}`);
  }
  log('I', `Selected Device: ${gpu.name}`);
  if (since('9.1.0')) {
    log('I', 'Selected Device ID: 0');
    log('I', `Selected Device UUID: ${gpu.uuid}`);
  }
  log('I', `Compute Capability: ${gpu.computeCapability}`);
  log('I', `SMs: ${gpu.multiprocessors}`);
  log('I', `Device Global Memory: ${gpu.memoryMiB} MiB`);
  log('I', 'Shared Memory per SM: 64 KiB');
  log('I', 'Memory Bus Width: 256 bits (ECC enabled)');
  log('I', `${clock}: 1.59 GHz`);
  log('I', `${since('8.6.0') ? 'Application Memory Clock Rate' : 'Memory Clock Rate'}: 5.001 GHz`);
  log('I', '');
  log('I', `TensorRT version: ${release.version}`);
}

/** What happens before the banner is printed. */
async function prepare(parsed: ParsedCommandLine): Promise<void> {
  const { STAND_IN_COMMANDS: commands } = process.env;
  if (commands) appendFileSync(commands, `${JSON.stringify(argv)}\n`);
  const early = settings.failure === 'missing-library' || settings.failure === 'garbage';
  if (early) await strike('start', parsed);
}

function greet(parsed: ParsedCommandLine): boolean {
  banner('RUNNING', release, ['trtexec', ...argv]);
  if (!parsed.help && argv.length > 0) return true;
  printHelp();
  if (!parsed.help && !since('11.1.0')) banner('PASSED', release, ['trtexec', ...argv]);
  return false;
}

async function run(): Promise<void> {
  const parsed = parseCommandLine(argv, release);
  await prepare(parsed);
  if (!greet(parsed)) return;
  if (since('10.7.0') && !since('11.0.0') && !gpu) {
    cudaFailure('no CUDA-capable device is detected', release);
  }
  refuseOptions(parsed);
  for (const warning of parsed.warnings) log('W', warning);
  log('W', 'This is the stand-in of rcc’s tests and not NVIDIA’s trtexec.');
  await strike('start', parsed);
  printDevice();
  openLibraries();
  await strike('plugins', parsed);
  const { options } = parsed;
  if (!options.has('--loadEngine')) await buildEngine(parsed);
  if (options.has('--skipInference') || options.has('--buildOnly')) {
    log('I', 'Skipped inference phase since --skipInference is added.');
  } else if (options.has('--loadEngine')) {
    await useEngine(parsed);
  }
  banner('PASSED', release, ['trtexec', ...argv]);
}

try {
  await run();
  process.exit(0);
} catch (error) {
  if (error instanceof FailedRun) banner('FAILED', release, ['trtexec', ...argv]);
  if (!(error instanceof Exit)) console.error(error);
  process.exit(error instanceof Exit ? error.status : 70);
}
