import { shellText } from '../../../engines/command-text.ts';
import type { Compilation } from '../../compile/compile.ts';

/** Targets whose model runs wherever rcc does. */
const runnable = ['onnx', 'onnxruntime'];

function nextOfOne(directory: string, { manifest }: Compilation): string {
  const { weights, command = ['compile', manifest.spec.file], target, preprocessing } = manifest;
  if ('synthetic' in weights) {
    return `${shellText(['rcc', ...command])} --weights FILE   (these weights are made up)`;
  }
  return preprocessing && runnable.includes(target)
    ? `${shellText(['rcc', 'classify', directory])} PICTURE.jpg`
    : shellText(['rcc', 'deploy', directory, '--to', 'triton', '-o', 'models']);
}

/** The command that comes after compilations; undefined where nothing was written. */
export function afterCompile(compilations: readonly Compilation[]): string | undefined {
  const written = compilations.flatMap((each) =>
    each.directory === undefined ? [] : [{ ...each, directory: each.directory }],
  );
  const [first, ...others] = written;
  if (!first) return undefined;
  const areTimed = written.every(({ measurements }) => measurements.length > 0);
  if (others.length === 0 || !areTimed) return nextOfOne(first.directory, first);
  return shellText(['rcc', 'report', ...written.map(({ directory }) => directory)]);
}
