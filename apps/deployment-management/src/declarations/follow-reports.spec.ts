import type { Clock, Database } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import type { DelegationsRepository, SpeakingCluster } from '../delegations/delegations.repository.js';
import type { ConditionStatement } from '../workloads/conditions.js';
import { FollowReports } from './follow-reports.js';

const berlin: SpeakingCluster = { id: 'berlin', version: '1', runtimeVersion: 1, namespaces: ['team'] };
const clock = { now: () => new Date() } as Clock;

function reportsTo(store: (condition: ConditionStatement) => Promise<void>) {
  const report = (_database: Database, _id: string, condition: ConditionStatement) => store(condition);
  const delegations = { report } as unknown as DelegationsRepository;
  return new FollowReports({} as Database, delegations, clock);
}

describe('what delegations of a cluster say about being followed', () => {
  it('is what was known last, however long it takes to store what was known before', async () => {
    const slow = Promise.withResolvers<undefined>();
    const stored: string[] = [];
    const asked: string[] = [];
    const reports = reportsTo(async ({ status }) => {
      asked.push(status);
      if (asked.length === 3) await slow.promise;
      stored.push(status);
    });
    await reports.lost(berlin, 'app', new Error('away'));
    await reports.lost(berlin, 'workload', new Error('away'));
    const turns = [reports.connected(berlin, 'app'), reports.connected(berlin, 'workload')];
    await new Promise((resolve) => setImmediate(resolve));
    slow.resolve(undefined);
    await Promise.all(turns);
    expect(stored.at(-1)).toBe('true');
  });

  it('is told again after a telling that failed, which is not hidden', async () => {
    let isDown = true;
    const stored: string[] = [];
    const reports = reportsTo(async ({ status }) => {
      if (isDown) throw new Error('no database');
      stored.push(status);
    });
    await expect(reports.lost(berlin, 'app', null)).rejects.toThrow('no database');
    isDown = false;
    await reports.connected(berlin, 'app');
    expect(stored).toEqual(['true']);
  });
});
