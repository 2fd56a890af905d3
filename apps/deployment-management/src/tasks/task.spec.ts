import type { ObservedTask } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import { endingOf, isOpen, newTask, releaseCommandOf, type TaskRow, timedOut } from './task.js';

const id = '0193a5b0-0000-7000-8000-000000000001';
const row = newTask({
  ...{ id, workloadId: id, organizationId: id, deploymentId: id, releaseId: id, release: 2, process: 'release' },
  ...{ command: 'migrate', cpuMillicores: 100, memoryMib: 64, deadlineSeconds: 30, createdBy: id },
  createdAt: new Date(0),
});
const task: TaskRow = { ...row, status: 'running', startedAt: new Date(0) };
const observed = (change: Partial<ObservedTask>): ObservedTask => ({
  ...{ taskId: id, state: 'running', instance: 'release-1', startedAt: new Date(0).toISOString() },
  ...{ exit: null, trouble: null, ...change },
});
const exit = (change: object) => ({
  code: 0,
  signal: null,
  at: new Date(0).toISOString(),
  reason: 'exited',
  ...change,
});
const ended = (change: object) => observed({ state: 'ended', exit: exit(change) as ObservedTask['exit'] });
const trouble = (cause: 'image_not_found' | 'unschedulable') => ({ cause, message: 'No.', evidence: ['seen'] });

describe('a task', () => {
  it('that was not started yet has not ended', () =>
    expect(endingOf({ ...task, status: 'queued' }, null, [])).toBeNull());

  it.each([
    ['starts', observed({ state: 'starting', instance: null })],
    ['waits for room', observed({ state: 'starting', trouble: trouble('unschedulable') })],
    ['runs', observed({})],
  ])('that %s has not ended', (_, seen) => expect(endingOf(task, seen, [])).toBeNull());

  it('that ended with 0 succeeded', () =>
    expect(endingOf(task, ended({}), ['done'])).toEqual({
      ...{ status: 'succeeded', exitCode: 0, failure: null, at: new Date(0).toISOString() },
    }));

  it.each([
    ['a code', { code: 3 }, 3, 'It ended with exit code 3.'],
    ['a signal', { code: null, signal: 'SIGKILL' }, null, 'It ended by signal SIGKILL.'],
    ['its memory', { code: 137, reason: 'out_of_memory' }, 137, 'It used more memory than it may.'],
  ])('that failed by %s says so, with what it printed last', (_, change, exitCode, message) => {
    const ending = endingOf(task, ended(change), ['one', 'two']);
    expect(ending).toMatchObject({ status: 'failed', exitCode, failure: { cause: 'release_command_failed', message } });
    expect(ending?.failure?.evidence).toEqual([expect.stringMatching(/^It ended /), 'one', 'two']);
  });

  it('that printed nothing shows what the runtime said', () => {
    const silent = { ...ended({ code: 1 }), trouble: trouble('image_not_found') };
    expect(endingOf(task, silent, [])?.failure?.evidence).toEqual(['It ended with exit code 1.', 'seen']);
  });

  it('keeps its code however much it printed', () => {
    const lines = Array.from({ length: 200 }, (_, line) => `${line} ${'x'.repeat(3_000)}`);
    const evidence = endingOf(task, ended({ code: 1 }), lines)?.failure?.evidence ?? [];
    expect(evidence).toHaveLength(50);
    expect(evidence[0]).toBe('It ended with exit code 1.');
    expect(evidence[49]).toMatch(/^199 x{1,}$/);
    expect(evidence[49]).toHaveLength(2_000);
  });

  it('that can never start fails by the cause of that', () => {
    const stuck = observed({ state: 'starting', instance: null, trouble: trouble('image_not_found') });
    expect(endingOf(task, stuck, [])).toMatchObject({ status: 'failed', failure: { cause: 'image_not_found' } });
  });

  it.each([
    ['is not there any more', null],
    ['is said to be lost', observed({ state: 'lost', instance: null })],
  ])('that ran and %s is lost', (_, seen) =>
    expect(endingOf(task, seen, ['half'])).toMatchObject({ status: 'lost', failure: { evidence: ['half'] } }),
  );

  it('that is lost ran until it was last seen', () => {
    const seen = { at: '2026-11-21T10:00:00.000Z', state: 'running', lines: [] };
    expect(endingOf({ ...task, seen }, null, [])).toMatchObject({ status: 'lost', at: seen.at });
    expect(endingOf(task, null, [])).not.toHaveProperty('at');
  });

  it('that somebody asked for says nothing of deployments', () => {
    const asked = { ...task, deploymentId: null };
    const endings = [endingOf(asked, ended({ code: 1 }), []), endingOf(asked, null, []), timedOut(asked)];
    expect(endings.map((each) => each?.failure?.cause)).toEqual(['task_failed', 'task_failed', 'timeout']);
    expect(JSON.stringify(endings)).not.toMatch(/deploy|release/);
    expect(JSON.stringify(timedOut(task))).toMatch(/release command/);
  });

  it('that overran its deadline shows what was seen of it', () => {
    const seen = { at: '', state: 'running', lines: ['waiting'] };
    expect(timedOut({ ...task, seen })).toMatchObject({
      status: 'timeout',
      failure: { cause: 'timeout', message: 'It did not end within 30 seconds.', evidence: ['waiting'] },
    });
    expect(timedOut(task).failure?.evidence).toEqual(['Nothing was seen of it.']);
  });

  it.each([
    ['queued', true],
    ['running', true],
    ['succeeded', false],
    ['failed', false],
    ['timeout', false],
    ['cancelled', false],
    ['lost', false],
  ] as const)('that is %s is open: %s', (status, open) => expect(isOpen({ status })).toBe(open));
});

it('the release command is the process type of that name', () => {
  const health = { path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };
  const type = (name: string) => ({ name, command: name, cpuMillicores: 10, memoryMib: 16, health });
  expect(releaseCommandOf({ processes: [type('web'), type('release')] })).toMatchObject({ command: 'release' });
  expect(releaseCommandOf({ processes: [type('web')] })).toBeUndefined();
});
