import type { RaisedEpoch } from '@berth/contracts/common';
import type { Workload } from '@berth/contracts/deployment';
import type { Allocation, CloudEvent } from '@berth/contracts/events';
import type { Usage } from '@berth/contracts/metering';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { SeparatePlatform } from './separate/separate-platform.js';
import { Api } from './support/api.js';
import { usageOf } from './support/expected-usage.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

const owner = 'deployment-management';

let berth: SeparatePlatform;
let api: Api;
let workload: Workload;

beforeAll(async () => {
  berth = await SeparatePlatform.start({ bus: 'embedded' });
  api = await Api.open(berth);
  workload = await api.workloadFor(await Repository.make(webApp('one')));
  await api.deployLive(workload.id);
});
afterAll(() => berth.stopAndRemove());

interface Told {
  readonly event: CloudEvent;
  readonly data: Allocation;
}

const told = async (): Promise<Told[]> =>
  (await berth.events())
    .filter(({ type, subject }) => subject === workload.id && /allocation-(changed|snapshot)\.v1$/.test(type))
    .map((event) => ({ event, data: event.data as Allocation }));

const instancesIn = ({ entries }: Allocation) => entries.reduce((sum, { instances }) => sum + instances, 0);

const untilTold = (instances: number, after = 0) =>
  eventually(
    async () => {
      const events = (await told()).slice(after);
      expect(events.map(({ data }) => instancesIn(data))).toContain(instances);
    },
    { within: 60_000 },
  );

const scale = (web: number) => api.call('POST', `/v1/workloads/${workload.id}/scale`, { counts: { web } });
const raise = () =>
  api.call<RaisedEpoch>('POST', `/v1/admin/${owner}/epochs`, { reason: 'the database was taken back' });

/** In an epoch each version once, as it was told first; of the next one nothing before its snapshot. */
function historyOf(events: readonly Told[]): { at: number; entries: Allocation['entries'] }[] {
  const byVersion = new Map<string, Told>();
  for (const each of events) {
    const key = `${each.event.epoch}/${each.data.allocationVersion}`;
    if (!byVersion.has(key) || each.event.type.includes('snapshot')) byVersion.set(key, each);
  }
  const inOrder = [...byVersion.values()].toSorted(
    (a, b) => a.event.epoch - b.event.epoch || a.data.allocationVersion - b.data.allocationVersion,
  );
  let last = 0;
  return inOrder.map(({ data }) => {
    last = Math.max(last, Date.parse(data.effectiveAt));
    return { at: last, entries: data.entries };
  });
}

it('of an older database usage goes on after the command, counted once before it and whole after it', async () => {
  const part = berth.part(owner);
  await part.stop();
  await berth.postgres.backUp(owner);
  await part.start();
  await scale(3);
  await untilTold(3);
  await part.stop();
  const beforeRestore = (await told()).length;
  await berth.postgres.restore(owner);
  await part.start();

  const raised = await raise();
  expect(raised.isNew).toBe(true);
  expect(await raise()).toEqual({ ...raised, isNew: false });
  await scale(2);
  await untilTold(2, beforeRestore);
  await api.call('POST', `/v1/workloads/${workload.id}/stop`, {});
  await eventually(async () => expect(instancesIn((await told()).at(-1)!.data)).toBe(0), { within: 60_000 });

  const history = historyOf(await told());
  const stretches = history.map(({ at, entries }, index) => ({ from: at, to: history[index + 1]?.at ?? at, entries }));
  const expected = usageOf(stretches);
  await eventually(
    async () => {
      const usage = await api.call<Usage>('GET', `/v1/usage?organization=${api.organizationId}`);
      expect(usage.waitingWorkloads).toBe(0);
      expect(usage.total).toMatchObject({
        millicoreSeconds: String(expected.millicoreSeconds),
        byteSeconds: String(expected.byteSeconds),
      });
    },
    { within: 60_000 },
  );
  expect((await told()).some(({ event }) => event.epoch === raised.epoch)).toBe(true);
});
