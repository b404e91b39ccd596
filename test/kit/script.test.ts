import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptFolder, scriptOf, shellArgument } from '../../src/kit/script.ts';
import { shells } from './shells.ts';

const settings = {
  gpu: { name: 'Tesla T4', computeCapability: '7.5' },
  device: 0,
  neededKiB: 65536,
  plans: [
    {
      from: 100400,
      until: 100500,
      commands: [
        {
          kind: 'build' as const,
          batch: 1,
          args: [
            '--onnx=model.onnx',
            `--saveEngine=${attemptFolder}/model.plan`,
            `--exportLayerInfo=${attemptFolder}/layers.json`,
          ],
          engine: `${attemptFolder}/model.plan`,
          log: `${attemptFolder}/trtexec-build.log`,
        },
        {
          kind: 'time' as const,
          batch: 1,
          args: [`--loadEngine=${attemptFolder}/model.plan`, `--x=$(rm -rf '$HOME')`],
          engine: `${attemptFolder}/model.plan`,
          log: `${attemptFolder}/trtexec-time.log`,
        },
      ],
    },
  ],
};

it('run.sh holds the settings and the commands', async () => {
  await expect(await scriptOf(settings)).toMatchFileSnapshot('golden/run.sh');
});

describe.each(shells)('%s', (shell, command) => {
  const [program = '', ...first] = command;
  const run = (...args: string[]) =>
    execFileSync(program, [...first, ...args], { encoding: 'utf8' });

  it('takes run.sh', async () => {
    execFileSync(program, [...first, '-n'], { input: await scriptOf(settings) });
  });

  it('reads every argument as it was, in whatever folder the attempt is', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const shellish = fc.stringMatching(/^[ a$`"'\\!*?~#&;|<>(){}=\n-]{0,10}$/);
    const argument = fc
      .array(fc.oneof(text, shellish, fc.constant(attemptFolder)), { maxLength: 3 })
      .map((parts) => parts.join('').replaceAll('\0', '').replaceAll('attempt', attemptFolder));
    const property = fc.property(fc.array(argument, { minLength: 1, maxLength: 20 }), (args) => {
      const folder = "/a $b/'c'";
      const script = `attempt=$1; printf '%s\\0' ${args.map(shellArgument).join(' ')}`;
      const read = run('-c', script, shell, folder).split('\0').slice(0, -1);
      expect(read).toEqual(args.map((one) => one.replaceAll(attemptFolder, folder)));
    });
    fc.assert(property, { numRuns: 60 });
  });
});
