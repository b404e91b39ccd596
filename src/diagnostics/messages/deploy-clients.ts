import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';

/** What stands between an artifact and a program that reads it alone. */
export const deployClientMessages = {
  'deploy-one-artifact': row<{ count: number }>({
    severity: 'error',
    message: ({ count }) => `This destination takes one artifact, not ${count}.`,
    cause: 'The files that it writes have one name each.',
    cure: 'Deploy each artifact into a folder of its own.',
  }),
  'deploy-precision-widened': row<{ directory: string; title: string }>({
    severity: 'note',
    message: ({ directory, title }) =>
      `'${directory}' is ${title} in its own engine; its model.onnx holds float32, and what is deployed computes that.`,
    hint: () => 'Its answers are those of FP32, and so is its speed.',
    cause:
      'No graph is written in this precision: the compiler of its target makes it of a float32 graph, and the client runs the graph by onnxruntime.',
    cure: 'Leave it so, or serve the artifact where its target runs: `rcc deploy --to triton`.',
  }),
  'deepstream-form': row<{ model: string; input: string; output: string; compile: string }>({
    severity: 'error',
    message: ({ model, input, output }) =>
      `'${printable(model)}' reads ${input} and answers ${output}; nvinfer gives pixels as float32 and compares probabilities.`,
    hint: ({ compile }) => `Make it so: ${compile}`,
    cause:
      'nvinfer computes scale · (pixel − offset) with one scale for all channels, so that the model has to normalise by itself, and its threshold is a probability.',
    cure: 'Compile with --input-type float32-pixels --output-type probabilities.',
  }),
  'deepstream-precision': row<{ model: string; precision: string }>({
    severity: 'error',
    message: ({ model, precision }) =>
      `'${printable(model)}' is ${precision}, which nvinfer has no network-mode for.`,
    hint: () => 'It has fp32, fp16 and int8.',
    cause: 'nvinfer builds its engine itself, in the precision that network-mode names.',
    cure: 'Deploy the model in another precision.',
  }),
  'deepstream-resize': row<{ model: string; steps: readonly string[] }>({
    severity: 'note',
    message: ({ model, steps }) =>
      steps.length > 0
        ? `nvinfer stretches frames to the input's size; '${printable(model)}' was trained with ${listText(steps, ' and ')}.`
        : `nvinfer stretches frames to the input's size, which '${printable(model)}' was not trained on.`,
    cause: 'Gst-nvinfer scales without cropping, by a filter of its own.',
    cure: 'Measure the accuracy on frames, or crop before nvinfer (nvdspreprocess).',
  }),
  'deepstream-labels': row<{ model: string; changed: number }>({
    severity: 'note',
    message: ({ model, changed }) =>
      `${changed} ${changed === 1 ? 'label has' : 'labels have'} a semicolon, which parts labels in DeepStream: '${printable(model)}' is given commas instead.`,
    cause: 'nvinfer reads the classes of an attribute from one line, parted by semicolons.',
    cure: 'Nothing is to be done, but for programs that compare labels with those of the spec.',
  }),
} as const;
