import { describe, expect, it } from 'vitest';
import {
  type AttemptFacts,
  type CellFacts,
  judgeCell,
  type TaskFacts,
} from '../../src/farm/cell-state.ts';
import type { AttemptState } from '../../src/kit/kit.ts';

const task = (id: string, liveness: TaskFacts['liveness'] = 'gone', isCancelled = false) => ({
  id,
  liveness,
  isCancelled,
});

const attempt = (name: string, state: AttemptState, node?: string): AttemptFacts => ({
  name,
  state,
  node,
});

/** Tasks that are gone, each with an attempt of this state. */
const settled = (...states: readonly AttemptState[]): CellFacts => ({
  tasks: states.map((_, i) => task(`1_${i}`)),
  attempts: states.map((state, i) => attempt(`1_${i}.0`, state, 'n1')),
});

describe('a cell, by the table of docs/fleet.md', () => {
  it.each<[string, CellFacts, ReturnType<typeof judgeCell>['state'], boolean]>([
    ['nothing was submitted', { tasks: [], attempts: [] }, 'planned', true],
    ['done', settled('done'), 'done', false],
    ['failed: the same fails again', settled('failed'), 'failed', false],
    ['a first timeout', settled('timeout'), 'timeout', true],
    ['a second timeout', settled('timeout', 'timeout'), 'timeout', false],
    ['lost once', settled('lost'), 'lost', true],
    ['lost four times', settled('lost', 'lost', 'lost', 'lost'), 'lost', false],
    ['partial', settled('partial'), 'partial', false],
    ['unstable twice', settled('unstable', 'unstable'), 'unstable', true],
    ['unstable three times', settled('unstable', 'unstable', 'unstable'), 'unstable', false],
    ['unstable, then steady', settled('unstable', 'done'), 'done', false],
    ['done, then lost', settled('done', 'lost'), 'done', false],
    ['partial, then lost', settled('partial', 'lost'), 'partial', false],
    ['it waits', { tasks: [task('1_0', 'waiting')], attempts: [] }, 'queued', false],
    [
      'it runs',
      { tasks: [task('1_0', 'running')], attempts: [attempt('1_0.0', 'lost')] },
      'running',
      false,
    ],
    [
      'preempted and requeued',
      { tasks: [task('1_0', 'waiting')], attempts: [attempt('1_0.0', 'timeout')] },
      'queued',
      false,
    ],
    [
      'requeued and running',
      {
        tasks: [task('1_0', 'running')],
        attempts: [attempt('1_0.0', 'timeout'), attempt('1_0.1', 'lost')],
      },
      'running',
      false,
    ],
    [
      'requeued and done: the end of the first is no timeout',
      { tasks: [task('1_0')], attempts: [attempt('1_0.0', 'timeout'), attempt('1_0.1', 'done')] },
      'done',
      false,
    ],
    ['gone without a folder', { tasks: [task('1_0')], attempts: [] }, 'lost', true],
    ['taken back', { tasks: [task('1_0', 'gone', true)], attempts: [] }, 'planned', true],
    [
      'taken back while it ran: no timeout',
      { tasks: [task('1_0', 'gone', true)], attempts: [attempt('1_0.0', 'timeout')] },
      'planned',
      true,
    ],
    [
      'taken back too late',
      { tasks: [task('1_0', 'gone', true)], attempts: [attempt('1_0.0', 'done')] },
      'done',
      false,
    ],
    ['nobody can tell', { tasks: [task('1_0', 'unknown')], attempts: [] }, 'unknown', false],
    [
      'nobody can tell, and it began',
      { tasks: [task('1_0', 'unknown')], attempts: [attempt('1_0.0', 'lost')] },
      'unknown',
      false,
    ],
    [
      'nobody can tell, and its file does',
      { tasks: [task('1_0', 'unknown')], attempts: [attempt('1_0.0', 'failed')] },
      'failed',
      false,
    ],
    [
      'collected, and the folder is gone',
      { tasks: [task('1_0')], attempts: [], result: attempt('1_0.0', 'done') },
      'done',
      false,
    ],
  ])('%s', (_, facts, state, isOpen) => {
    expect(judgeCell(facts)).toMatchObject({ state, isOpen });
  });

  it('gives twice the time after a timeout, and leaves nodes that lost it twice', () => {
    expect(judgeCell(settled('timeout')).timeFactor).toBe(2);
    expect(judgeCell(settled('lost')).excludeNodes).toEqual([]);
    expect(judgeCell(settled('lost', 'lost')).excludeNodes).toEqual(['n1']);
  });

  it('takes the last restart by number, not by name', () => {
    const attempts = [2, 10, 9].map((n) => attempt(`1_0.${n}`, n === 10 ? 'failed' : 'timeout'));
    expect(judgeCell({ tasks: [task('1_0')], attempts })).toMatchObject({
      state: 'failed',
      attempt: '1_0.10',
    });
  });

  it('tells the attempt that the figures are of: the last of the best', () => {
    expect(judgeCell(settled('done', 'unstable', 'done', 'lost')).attempt).toBe('1_2.0');
  });
});
