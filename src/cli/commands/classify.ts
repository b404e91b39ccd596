import { largestBatch } from '../../../engines/timing-rows.ts';
import type { CommandDefinition } from '../command.ts';
import { declareModelOptions, type ModelCommandOptions } from '../options.ts';
import { declareTargetOptions } from '../target-options.ts';
import { whole } from '../whole-numbers.ts';

export interface ClassifyCommandOptions extends ModelCommandOptions {
  readonly top: number;
  readonly batch?: number;
}

export const classifyCommand: CommandDefinition = {
  name: 'classify',
  description: 'say what is in pictures: classes, probabilities and milliseconds',
  declare(command) {
    command
      .argument('<model>', 'folder of an artifact (`rcc compile -o`), or a spec with weights')
      .argument('<pictures...>', 'pictures (JPEG, PNG, WebP), folders or archives of them');
    declareModelOptions(command);
    command
      .option('--top <n>', 'most likely classes that are shown of each picture', whole(1, 100), 5)
      .option('--batch <n>', 'pictures that go through the engine at once', whole(1, largestBatch));
    declareTargetOptions(command);
  },
  async run([model, pictures, options], context) {
    const { classifyPictures } = await import('../actions/classify.ts');
    return await classifyPictures(
      { model: String(model), pictures: pictures as readonly string[] },
      options as ClassifyCommandOptions,
      context,
    );
  },
};
