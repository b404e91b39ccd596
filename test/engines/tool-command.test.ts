import { describe, expect, test } from 'vitest';
import { toolCommand } from '../../engines/tool-command.ts';

describe('the command that is run', () => {
  test('{dir} becomes the folder wherever it stands', () => {
    const command = ['docker', 'run', '-v', '{dir}:{dir}', 'image', 'trtexec'] as const;
    expect(toolCommand({ command: [...command] }, ['--onnx=/a b/m.onnx'], '/a b')).toEqual([
      'docker',
      'run',
      '-v',
      '/a b:/a b',
      'image',
      'trtexec',
      '--onnx=/a b/m.onnx',
    ]);
  });

  test('ssh gets its arguments quoted for the shell on the other side', () => {
    const args = ['--onnx=/a b/it’s $HOME.onnx', "--x='", '--shapes=x:1x3'];
    expect(toolCommand({ command: ['ssh', 'host', 'trtexec'] }, args, '/')).toEqual([
      'ssh',
      'host',
      'trtexec',
      "'--onnx=/a b/it’s $HOME.onnx'",
      "'--x='\\'''",
      '--shapes=x:1x3',
    ]);
  });
});
