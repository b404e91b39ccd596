import { diagnoseSpec } from '../../compile/diagnose.ts';
import { loadOneSpec } from '../../compile/spec-files.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { DiagnoseCommandOptions } from '../commands/diagnose.ts';
import { formatTable } from '../table.ts';
import { listenerFor } from './listener.ts';

/** Mistakes that the table shows. */
const shownFindings = 5;

/** `rcc diagnose`: the mistake that explains the answer, with what to do, and the next best explanations. */
export async function diagnoseImage(
  path: string,
  image: string,
  options: DiagnoseCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { spec, diagnostics } = await loadOneSpec(path);
  const notes: Diagnostic[] = [];
  context.progress.heading(`${spec.name} on ${image}`);
  const { diagnosis, text } = await diagnoseSpec(spec, {
    image,
    got: options.got,
    listener: listenerFor(context, notes),
    signal: context.signal,
    weights: options.weights,
    weightsKey: options.weightsKey,
  });
  const rows = diagnosis.findings
    .slice(0, shownFindings)
    .map((finding) => [
      finding.mistakes.join(', and '),
      String(finding.class),
      finding.probability.toFixed(3),
      finding.explains ? 'explains it' : '',
    ]);
  const table = formatTable(['mistake', 'class', 'probability of yours', ''], rows, [
    'left',
    'right',
    'right',
    'left',
  ]);
  return {
    text: [text.verdict, ...text.cures.map((cure) => `  ${cure}`), text.evidence, '', table],
    data: { ...diagnosis, ...text },
    diagnostics: [...diagnostics, ...(context.keepsNotes ? notes : [])],
  };
}
