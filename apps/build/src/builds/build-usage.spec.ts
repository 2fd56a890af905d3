import { describe, expect, it } from '@jest/globals';
import type { Build } from './build.js';
import { usageOf } from './build-usage.js';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second));
const failure = (cause: 'build_failed' | 'timeout' | 'internal') => ({
  cause,
  message: '',
  evidence: [],
  nextStep: '',
});
const build = (over: Partial<Build>): Build => ({
  ...{ id: 'b', organizationId: 'o', projectId: 'p', environmentId: 'e', appId: 'a', workloadId: 'w' },
  ...{ deploymentId: 'd', source: { kind: 'git', url: 'u', ref: 'main' }, deadlineSeconds: 60, status: 'succeeded' },
  settings: { rootFolder: '', installCommand: null, buildCommand: null, variables: {} },
  ...{ commit: null, commitSubject: null, language: null, processes: [], artifact: null, reused: false },
  ...{ failure: null, cpuMilliseconds: 1_234, createdAt: at(0), startedAt: at(1), finishedAt: at(9) },
  ...over,
});
const usage = {
  ...{ organizationId: 'o', projectId: 'p', environmentId: 'e', appId: 'a', cpuMilliseconds: 1_234 },
  ...{ startedAt: at(1).toISOString(), finishedAt: at(9).toISOString() },
};

describe('what a build is charged for', () => {
  it.each<[string, Partial<Build>]>([
    ['succeeded', {}],
    ['failed by its own fault', { status: 'failed', failure: failure('build_failed') }],
    ['took too long', { status: 'failed', failure: failure('timeout') }],
    ['was cancelled', { status: 'cancelled' }],
  ])('is its processor time when it %s', (_name, over) => expect(usageOf(build(over))).toEqual({ usage }));

  it.each<[string, Partial<Build>]>([
    ['ran no command', { cpuMilliseconds: 0, reused: true }],
    ['was never begun', { startedAt: null, status: 'cancelled' }],
    ['was failed by the platform', { status: 'failed', failure: failure('internal') }],
  ])('is nothing when it %s', (_name, over) => expect(usageOf(build(over))).toEqual({}));
});
