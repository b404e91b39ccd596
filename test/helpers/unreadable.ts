import { readAll } from '../../codegen/tensors/tensor-source.ts';
import type { WeightsFile } from '../../codegen/weights/weights-file.ts';
import type { DiagnosticCode } from '../../src/diagnostics/messages.ts';

/** Opens a file and, where the failure is that of numbers which are wanted, asks for them: everything else must fail at once. */
export async function openAsFor(
  code: DiagnosticCode,
  open: () => Promise<WeightsFile>,
): Promise<void> {
  const { tensors } = await open();
  if (code !== 'weights-tensor-type') return;
  for (const tensor of tensors.values()) await readAll(tensor);
}
