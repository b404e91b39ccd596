import type { DoctorRow } from '../doctor-row.ts';
import { bfloat16Features, describeProcessor } from '../processor.ts';
import { packageRow } from '../python/doctor.ts';
import type { PythonRequest } from '../python/find-python.ts';
import { type Probe, probePackage } from '../python/probe.ts';
import { isFrom } from './find.ts';
import { leastRelease, openvinoPackage } from './package.ts';

/** What is to be known of a release other than the one that rcc was tried with. */
function releaseRow(row: DoctorRow, probe: Probe): DoctorRow {
  if (!probe.found) return row;
  const { version } = probe.installation;
  const cure = `rcc doctor --setup ${openvinoPackage.target}`;
  if (!isFrom(version, leastRelease)) return { ...row, state: 'missing', cure };
  return version === openvinoPackage.version ? row : { ...row, state: 'doubtful', cure };
}

async function bfloat16Row(): Promise<DoctorRow> {
  const { hasBfloat16 } = await describeProcessor();
  const needed = `${bfloat16Features.slice(0, -1).join(', ')} of the processor, for --bf16`;
  const part = 'BF16';
  if (hasBfloat16) return { part, state: 'good', found: 'instructions for bfloat16', needed };
  const found = hasBfloat16 === false ? 'none of them' : 'the system does not tell';
  return { part, state: 'doubtful', found, needed, cure: '--int8 and --fp32 run here' };
}

/** What `rcc doctor` says about OpenVINO: Python and the package, loaded once, and the processor's BF16. */
export async function checkOpenvino(
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<readonly DoctorRow[]> {
  const probe = await probePackage(openvinoPackage, request, signal);
  const row = packageRow(openvinoPackage, probe, ({ told }) => `on ${String(told.device)}`);
  return [releaseRow(row, probe), await bfloat16Row()];
}
