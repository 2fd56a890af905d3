import { describe, expect, it } from '@jest/globals';
import type { Job, Pod } from './cluster-objects.js';
import { taskIn } from './task-observation.js';
import { admissionTrouble, podTrouble } from './troubles.js';

const waiting = (priorityClassName?: string, message = 'Insufficient cpu'): Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1' } },
  spec: { containers: [], ...(priorityClassName !== undefined && { priorityClassName }) },
  status: {
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  },
});
const failed = (reason: string, priorityClassName: string): Job => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'release-1' } },
  spec: { template: { spec: { priorityClassName } } },
  status: { conditions: [{ type: 'Failed', status: 'True', reason, message: 'said' }] },
});

describe('what has no room', () => {
  it.each(['berth-preview', 'berth-staging', 'berth-development'])('says that it gives way: %s', (name) => {
    const { cause, evidence } = podTrouble(waiting(name)) ?? {};
    expect(cause).toBe('unschedulable');
    expect(evidence).toEqual(['Insufficient cpu', expect.stringContaining('gives way')]);
  });

  it.each(['berth-production', 'theirs', undefined])('does not say so of what does not: %s', (name) => {
    expect(podTrouble(waiting(name))?.evidence).toEqual(['Insufficient cpu']);
  });
});

describe('a pod that finds no node', () => {
  it.each([
    ['0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.', /volume is not there/],
    ['0/3 nodes are available: 3 node(s) had volume node affinity conflict.', /volume is not there/],
    ['0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict.', /has room/],
    ['0/3 nodes are available: 3 node(s) were unschedulable.', /has room/],
  ])('says what it lacks: %s', (said, message) => {
    const trouble = podTrouble(waiting(undefined, said));
    expect(trouble).toMatchObject({ cause: 'unschedulable', message: expect.stringMatching(message) });
    expect(trouble?.evidence).toEqual([said]);
  });
});

describe('a command that did not end by itself', () => {
  const endOf = (job: Job, pods: readonly Pod[]) => taskIn('t', job, pods).trouble;

  it('says that its pod was taken away', () => {
    expect(endOf(failed('BackoffLimitExceeded', 'berth-preview'), [])).toMatchObject({
      message: expect.stringContaining('taken away'),
      evidence: ['BackoffLimitExceeded: said', expect.stringContaining('gives way')],
    });
    expect(endOf(failed('BackoffLimitExceeded', 'berth-production'), [])?.evidence).toHaveLength(1);
  });

  it('says nothing of the kind while its pod is there, or of one that took too long', () => {
    const own = { message: 'Its Job failed.' };
    expect(endOf(failed('BackoffLimitExceeded', 'berth-preview'), [waiting()])).toMatchObject(own);
    expect(endOf(failed('DeadlineExceeded', 'berth-preview'), [])).toMatchObject(own);
  });
});

it('says that a policy refuses pods whose class is gone', () => {
  const message = 'pods "web-1" is forbidden: no PriorityClass with name berth-preview was found';
  expect(admissionTrouble({ message })?.cause).toBe('policy_denied');
});
