/*
 * The files of examples/pipeline for machines that are not here (GitHub, GitLab, Docker): each is read by what its format is, and its lines of shell are
 * run as they stand, in a copy of the examples.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import dockerfileAst from 'dockerfile-ast';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { newestImageFor } from '../../engines/tensorrt/planning/images.ts';
import { version } from '../../src/version.ts';
import { sarifMistakes } from '../cli/formats/sarif-schema.ts';
import { readJunit } from '../cli/formats/xml.ts';
import { bundledCli } from '../helpers/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-pipeline-files-'));
let cli = '';
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

/** Lines that are not run here, and why. */
const leftOut: readonly { readonly line: RegExp; readonly reason: string }[] = [
  { line: /^npm install --no-save \.\/rcc-/, reason: 'rcc as it is built here stands for it' },
];

const textOf = (path: string): string => readFileSync(`examples/pipeline/${path}`, 'utf8');

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly {
          readonly run?: string;
          readonly uses?: string;
          readonly with?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

interface GitlabJob {
  readonly stage: string;
  readonly script: readonly string[];
  readonly artifacts: {
    readonly paths?: readonly string[];
    readonly reports?: Readonly<Record<string, string>>;
  };
}

const workflow: Workflow = parse(textOf('github/rcc.yml'));
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const { default: common, variables, stages, ...jobs } = parse(textOf('gitlab/rcc.yml'));
const gitlabJobs = Object.values(jobs as Readonly<Record<string, GitlabJob>>);
const dockerfile = dockerfileAst.DockerfileParser.parse(textOf('Dockerfile'));
const instructions = dockerfile.getInstructions().map((each) => ({
  keyword: each.getKeyword(),
  content: each.getArgumentsContent() ?? '',
}));
const runLines = instructions.filter(({ keyword }) => keyword === 'RUN');

const pipelines = {
  github: {
    lines: steps.flatMap(({ run }) => (run ? [run.trim()] : [])),
    env: workflow.env,
  },
  gitlab: {
    lines: [...common.before_script, ...gitlabJobs.flatMap(({ script }) => script)] as string[],
    env: variables as Readonly<Record<string, string>>,
  },
  docker: { lines: runLines.map(({ content }) => content), env: {} },
};

/** A copy of the examples in which `npx rcc` is rcc as it ships. */
function copyExamples(name: string): string {
  const directory = join(folder, name);
  cpSync('examples', directory, { recursive: true });
  const bin = join(directory, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'rcc'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
  chmodSync(join(bin, 'rcc'), 0o755);
  return directory;
}

describe.each(['github', 'gitlab', 'docker'] as const)('the lines of %s', (name) => {
  const { lines, env } = pipelines[name];
  const isLeftOut = (line: string): boolean => leftOut.some((each) => each.line.test(line));

  it('install the package that `npm run pack` writes, first', () => {
    expect(lines[0]).toBe(`npm install --no-save ./rcc-${version}.tgz`);
  });

  it.each(leftOut)('leave one out: $reason', ({ line }) => {
    expect(lines.filter((each) => line.test(each))).toHaveLength(1);
  });

  it('pass as they stand', () => {
    const directory = copyExamples(name);
    const settings = { cwd: directory, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
    const run = lines.filter((line) => !isLeftOut(line));
    expect(run.length).toBeGreaterThanOrEqual(3);
    for (const line of run) {
      const { status, stderr } = spawnSync('sh', ['-euc', line], settings);
      expect(status, `${line}\n${stderr}`).toBe(0);
    }
    expect(existsSync(join(directory, 'artifacts/digits/manifest.json'))).toBe(true);
  }, 120_000);
});

describe('what a pipeline hands on', () => {
  it('is what its lines wrote: GitHub', () => {
    const handed = new Map(steps.flatMap((step) => (step.uses ? [[step.uses, step.with]] : [])));
    const sarif = handed.get('github/codeql-action/upload-sarif@v3')?.sarif_file ?? '';
    expect(sarifMistakes(JSON.parse(readFileSync(join(folder, 'github', sarif), 'utf8')))).toEqual(
      [],
    );
    const paths = handed.get('actions/upload-artifact@v4')?.path?.trim().split('\n') ?? [];
    expect(paths).toEqual(['artifacts/digits', 'model_repository']);
    expect(existsSync(join(folder, 'github', paths[0] ?? ''))).toBe(true);
  });

  it('is what its lines wrote: GitLab', () => {
    const reports = gitlabJobs.flatMap(({ artifacts }) => artifacts.reports?.junit ?? []);
    expect(reports).toEqual(['check.xml', 'verify.xml']);
    const names = reports.map((path) => {
      const root = readJunit(readFileSync(join(folder, 'gitlab', path), 'utf8'));
      return root.children[0]?.attributes.name;
    });
    expect(names).toEqual(['rcc check', 'rcc verify']);
    expect(gitlabJobs.map(({ stage }) => stage)).toEqual(stages);
  });
});

describe('the serving image', () => {
  const tag = newestImageFor('7.5')?.tag;
  const image = `nvcr.io/nvidia/tritonserver:${tag}-py3`;

  it('is that of the newest release that rcc drives, behind a stage of Node', () => {
    expect(instructions[0]).toEqual({ keyword: 'ARG', content: `TRITON_TAG=${tag}` });
    const [build, serve, ...others] = dockerfile.getFROMs().map((from) => from.getImage());
    expect(build).toMatch(/^node:20-/);
    expect(serve?.replace(`\${TRITON_TAG}`, tag ?? '')).toBe(image);
    expect(others).toEqual([]);
  });

  it('takes the model repository that the first stage wrote', () => {
    const copied = dockerfile.getCOPYs().at(-1);
    expect(copied?.getFromFlag()?.getValue()).toBe('build');
    expect(copied?.getArgumentsContent()).toBe('/work/model_repository /models');
    const deploy = runLines.at(-1)?.content;
    expect(deploy).toMatch(/^npx rcc deploy \S+ --to triton -o model_repository$/);
  });

  it('is started alike by Compose', () => {
    const { triton } = parse(textOf('compose.yaml')).services;
    expect(triton.image).toBe(image);
    expect(triton.ports).toEqual(['8000:8000', '8001:8001', '8002:8002']);
    expect(triton.volumes).toEqual(['../model_repository:/models:ro']);
    expect(triton.deploy.resources.reservations.devices).toEqual([
      { driver: 'nvidia', count: 'all', capabilities: ['gpu'] },
    ]);
    const last = instructions.at(-1);
    expect(JSON.parse(last?.content ?? '')).toEqual(triton.command);
    const health = instructions.find(({ keyword }) => keyword === 'HEALTHCHECK')?.content ?? '';
    const [, probe = ''] = /CMD (\[.*\])$/s.exec(health) ?? [];
    expect(['CMD', ...JSON.parse(probe)]).toEqual(triton.healthcheck.test);
    expect(instructions.find(({ keyword }) => keyword === 'EXPOSE')?.content).toBe(
      '8000 8001 8002',
    );
  });
});
