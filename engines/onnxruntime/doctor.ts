import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { DoctorRow } from '../doctor-row.ts';
import { describeProcessor, hasInt8Dot, type Processor } from '../processor.ts';
import { loadRuntime, type Runtime, runtimeName } from './runtime.ts';

async function libraryRow(importRuntime: (() => Promise<Runtime>) | undefined): Promise<DoctorRow> {
  const part = 'onnxruntime';
  const needed = 'its library, which comes with the npm package';
  try {
    return { part, state: 'good', found: runtimeName(await loadRuntime(importRuntime)), needed };
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (!first) throw error;
    const { message: found, hint } = first;
    return { part, state: 'missing', found, needed, ...(hint ? { cure: hint } : {}) };
  }
}

function processorRow({ name, architecture, usableCores, logicalCores }: Processor): DoctorRow {
  const cores = `${usableCores} ${usableCores === 1 ? 'core' : 'cores'} to use`;
  return {
    part: 'processor',
    state: 'good',
    found: `${name} (${architecture}), ${cores}, ${logicalCores} hardware threads`,
    needed: 'x64 or arm64; threads are chosen by trying them',
  };
}

function int8Row(processor: Processor): DoctorRow {
  const part = 'INT8';
  const needed = 'VNNI (x64) or dot products (arm64), for INT8 to be faster than FP32';
  const found = processor.features.filter((name) => /vnni$|^asimddp$/.test(name));
  if (hasInt8Dot(processor)) return { part, state: 'good', found: found.join(', '), needed };
  const cure = 'INT8 runs here too, in wider numbers: time it before you rely on it.';
  return { part, state: 'doubtful', found: 'neither', needed, cure };
}

/** The parts of the embedded engine on this machine. */
export async function onnxruntimeDoctor(
  importRuntime?: () => Promise<Runtime>,
): Promise<DoctorRow[]> {
  const processor = await describeProcessor();
  return [await libraryRow(importRuntime), processorRow(processor), int8Row(processor)];
}
