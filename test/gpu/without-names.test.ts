import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { splitCommand } from '../../engines/command-text.ts';
import type { SheetReport } from './report.ts';
import { reportWithoutNames } from './report-without-names.ts';
import { namesHere, valueWithoutNames, withoutNames } from './without-names.ts';

const ssh = ['ssh', '-p', '2222', 'ada@gpu-box-7.lab.example', 'trtexec'];
const names = namesHere([['/home/ada/rcc', 'RCC']], ssh, '10.4.0.26');

describe('a text without names', () => {
  test.each([
    ['/home/ada/rcc/build/x.plan', 'RCC/build/x.plan'],
    ['Could not open /mnt/secret/team/model.onnx', 'Could not open …/model.onnx'],
    ['Could not open /mnt/Project X/a b/model.onnx', 'Could not open …/model.onnx'],
    ['--loadInputs=input:/data/a/b.bin', '--loadInputs=input:…/b.bin'],
    ['--onnx=/data/a/m.onnx --saveEngine=/data/b/m.plan', '--onnx=…/m.onnx --saveEngine=…/m.plan'],
    ['of /data/a/m.onnx stage1/block0/conv1', 'of …/m.onnx stage1/block0/conv1'],
    ['file:///home/ada/x.onnx', '…/x.onnx'],
    ['in /home/eve', 'in …/USER'],
    ['in /Users/eve/notes', 'in …/notes'],
    [
      'Device 0: "Tesla T4" UUID: GPU-1a2b3c4d-1111-2222-3333-444455556666',
      'Device 0: "Tesla T4" UUID: GPU-UUID',
    ],
    ['MIG-1a2b3c4d-1111-2222-3333-444455556666', 'MIG-UUID'],
    ['connecting to 192.168.1.12', 'connecting to ADDRESS'],
    ['10.0.5.17, 10.1.2.3 and 141.20.5.9:22', 'ADDRESS, ADDRESS and ADDRESS:22'],
    ['[2001:db8::17]:22, fe80::1: refused', '[ADDRESS]:22, ADDRESS: refused'],
    ['from ada@gpu-box-7.lab.example', 'from USER@HOST'],
    ['connect to host gpu-box-7 port 22', 'connect to host HOST port 22'],
    ['WORK/x/.rcc.gpu-box-8.12541.0.partial/model.b1.plan', 'WORK/x/.rcc.partial/model.b1.plan'],
  ])('%s', (text, expected) => {
    expect(withoutNames(text, names)).toBe(expected);
  });

  test.each([
    'TensorRT 10.13.3.9 from nvcr.io/nvidia/tensorrt:24.09-py3',
    'TensorRT version: 8.6.1.6',
    'libnvinfer10 10.4.0.26-1+cuda12.6',
    'v9.3.0.1',
    'stage1/block0/conv1 + stage1/block0/add',
    '[11/28/2026-13:34:55] [I] nvinfer1::DataType --profile 1:4:8',
    'driver 550.54.15',
  ])('%s holds none', (text) => {
    expect(withoutNames(text, names)).toBe(text);
  });

  test.each([
    ['ssh', '-l', 'ada', 'gpu-box-7', 'trtexec'],
    ['ssh', '-J', 'gate', '-o', 'BatchMode=yes', 'ada@gpu-box-7', 'trtexec'],
    ['docker', '-H', 'ssh://ada@gpu-box-7:22', 'run', 'image', 'trtexec'],
  ])('whom %s %s … names', (...tool) => {
    expect(withoutNames('ada on gpu-box-7', namesHere([], tool, '10.4.0.26'))).toBe('USER on HOST');
  });
});

const report: SheetReport = {
  rcc: '1',
  machine: {
    tensorrt: '10.4.0.26',
    gpu: 'Tesla T4',
    computeCapability: '7.5',
    os: 'linux-x64',
    node: 'v20',
    isPlain: false,
  },
  isStandIn: false,
  ended: 'complete',
  rows: [
    {
      name: 'run',
      group: 'all',
      what: 'a run of all rows',
      command: 'rcc run -v --gpus all',
      standIn: 'test/stand-in/run-step.ts:1',
      state: 'not run',
      reason: 'an earlier row did not leave run/all',
      expectations: [{ expected: 'a run', found: 'run of all in --rm' }],
    },
  ],
  timings: [],
};

test('the docker command of docs/first-run.md leaves a report as it is', () => {
  const page = readFileSync('docs/first-run.md', 'utf8');
  const [, command = ''] = /TRTEXEC="(docker [^"]+)"/.exec(page) ?? [];
  const tool = splitCommand(command);
  expect(tool).toContain('--gpus');
  expect(reportWithoutNames(report, namesHere([], tool, '10.4.0.26'))).toEqual(report);
});

test('a user called as a field or a state renames none', () => {
  const replacements = ['rows', 'gpu', 'node', 'agrees', 'run', 'Float'].map(
    (name) => [name, 'USER'] as const,
  );
  const shown = reportWithoutNames(report, { replacements, release: '' });
  const [row] = shown.rows;
  expect(shown).toMatchObject({ ...report, rows: [{ name: 'run', state: 'not run' }] });
  expect(row?.expectations).toEqual([{ expected: 'a run', found: 'USER of all in --rm' }]);
  expect(valueWithoutNames({ rows: [{ gpu: 1 }] }, { replacements, release: '' })).toEqual({
    rows: [{ gpu: 1 }],
  });
});
