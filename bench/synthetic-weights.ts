import { lowerSpec } from '../codegen/architecture/lower.ts';
import { createNaming } from '../codegen/weights/naming/naming.ts';
import { schemes } from '../codegen/weights/naming/schemes.ts';
import { layoutOf } from '../codegen/weights/network-layout.ts';
import { transposedSource } from '../codegen/weights/parameter-source.ts';
import { synthesizeWeights } from '../codegen/weights/synthesize.ts';
import { loadSpecFiles } from '../src/compile/spec-files.ts';
import { type NamedTensor, weightsWriters } from './weights-writers.ts';

/** Ending of a weights file that the bench can write. */
export type Format = keyof typeof weightsWriters;
export const formats = Object.keys(weightsWriters) as Format[];

const schemeOf: Readonly<Record<Format, string>> = {
  pdparams: 'paddleclas',
  pth: 'timm',
  safetensors: 'timm',
};

async function tensorsOf(model: string, format: Format): Promise<readonly NamedTensor[]> {
  const path = `specs/${model}.rn`;
  const { specs } = await loadSpecFiles([path]);
  const [spec] = specs;
  const deep = spec?.stem === 'deep';
  const wanted = schemeOf[format] === 'timm' && !deep ? 'torchvision' : schemeOf[format];
  const scheme = schemes.find(({ name }) => name === wanted);
  if (!spec || !scheme) throw new Error(`${path} or the scheme ${wanted} is missing`);
  const graph = synthesizeWeights(lowerSpec(spec), 1);
  const { nameOf } = createNaming(scheme);
  const layout = layoutOf(graph);
  return [...graph.initializers.values()].flatMap(({ slot, source }) => {
    const name = slot && nameOf(slot, layout);
    if (!slot || !source || name === undefined) return [];
    const turn = slot.role === 'linear.weight' && scheme.linearLayout === 'io';
    return [{ name, source: turn ? transposedSource(source) : source }];
  });
}

/** Writes made-up weights of a model of specs/, named as the format's framework names them; the same numbers in each format. */
export async function writeSyntheticWeights(
  model: string,
  format: Format,
  path: string,
): Promise<void> {
  await weightsWriters[format](path, await tensorsOf(model, format));
}
