import { onnxTarget } from '../../engines/onnx/target.ts';
import { onnxruntimeTarget } from '../../engines/onnxruntime/target.ts';
import { openvinoTarget } from '../../engines/openvino/target.ts';
import type { TargetDefinition } from '../../engines/target.ts';
import { tensorrtTarget } from '../../engines/tensorrt/target.ts';
import { tensorrtRtxTarget } from '../../engines/tensorrt-rtx/target.ts';

/** A definition whose options nobody but itself looks into. */
export type AnyTarget = TargetDefinition<unknown>;

const definitions = [
  onnxruntimeTarget,
  tensorrtTarget,
  openvinoTarget,
  tensorrtRtxTarget,
  onnxTarget,
] as const;

/** Every target. `auto` takes the first that can be found here, else the first of all. */
export const targets: readonly AnyTarget[] = definitions.map(
  (definition) => definition as AnyTarget,
);

/** What a target is called: a row of `targets`. */
export type TargetName = (typeof definitions)[number]['name'];

/** Options of targets, by the target's name: `{ tensorrt: { workspaceMiB: 4096 } }`. What is left out has its default. */
export type TargetSettings = {
  readonly [D in (typeof definitions)[number] as D['name']]?:
    | (D extends TargetDefinition<infer O, string>
        ? { readonly [K in keyof O]?: O[K] | undefined }
        : never)
    | undefined;
};
