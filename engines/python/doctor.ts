import type { DoctorRow } from '../doctor-row.ts';
import type { Installation } from './installation.ts';
import type { PythonPackage } from './package.ts';
import type { Probe } from './probe.ts';

/** What `rcc doctor` says about Python and a package. */
export function packageRow(
  { target, title, wheels }: PythonPackage,
  probe: Probe,
  remarkOf: (found: Probe & { readonly found: true }) => string | undefined,
): DoctorRow {
  const part = title;
  const needed = `Python 3.9 or later with ${wheels.join(' and ')}, for --target ${target} only`;
  const place = ({ python }: Pick<Installation, 'python'>) => `${python.path} (${python.source})`;
  if (probe.found) {
    const { installation } = probe;
    const remark = remarkOf(probe);
    const found = `${installation.version} in ${place(installation)}${remark ? `, ${remark}` : ''}`;
    return { part, state: 'good', found, needed };
  }
  const { python, reason } = probe;
  const setup = `rcc doctor --setup ${target}`;
  return {
    part,
    state: 'missing',
    found: python ? `${place({ python })}: ${reason}` : reason,
    needed,
    cure: python ? setup : `install Python, then ${setup}`,
  };
}
