import { randomUUID } from 'node:crypto';
import { type CloudEvent, workloadAllocationSnapshotRequested } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
beforeAll(async () => (platform = await Platform.start()));
afterAll(() => platform.close());

const request = async (workloadId: string, organizationId: string, place?: object) => {
  const event: CloudEvent = {
    ...{ specversion: '1.0', id: randomUUID(), source: '/berth/metering', subject: workloadId },
    ...{ type: workloadAllocationSnapshotRequested.type, time: new Date().toISOString() },
    ...{ datacontenttype: 'application/json', partitionkey: workloadId, aggregateversion: 1, epoch: 0 },
    data: { workloadId, organizationId, reason: 'gap', knownVersion: 0, ...(place && { place }) },
  };
  await platform.service.app.get<EventBus>(EVENT_BUS).publish([{ topic: 'berth.metering', key: workloadId, event }]);
  await eventually(async () =>
    expect(await platform.query('select from inbox where event_id = $1', [event.id])).toHaveLength(1),
  );
};
const told = async (workloadId: string, kind: 'changed' | 'snapshot') =>
  (await platform.events(workloadId))
    .filter((each) => each.type === `berth.workload.allocation-${kind}.v1`)
    .map((each) => each.data);

const nothing = { allocationVersion: 1, effectiveAt: '2026-11-10T10:00:00.000Z', entries: [] };

describe('a request for a snapshot', () => {
  it('is answered with the allocation as it was told last', async () => {
    const scene = await Scene.make(platform);
    await scene.deployLive('asked-for');
    const changes = await eventually(async () => {
      const seen = await told(scene.id, 'changed');
      expect(seen).toHaveLength(1);
      return seen;
    });
    const { organizationId } = changes[0] as { organizationId: string };
    await request(scene.id, organizationId);
    expect(await told(scene.id, 'snapshot')).toEqual(changes);
  });

  it('about what is not known or never ran is answered by nothing', async () => {
    const scene = await Scene.make(platform);
    for (const id of [scene.id, randomUUID()]) {
      await request(id, randomUUID());
      expect(await told(id, 'snapshot')).toEqual([]);
    }
  });

  it('about what a restored database has forgotten is answered: it has nothing since the epoch began', async () => {
    const { projectId, environmentId, appId } = (await Scene.make(platform)).workload;
    const place = { projectId, environmentId, appId };
    const [forgotten, organizationId] = [randomUUID(), randomUUID()];
    await request(forgotten, organizationId, place);
    expect(await told(forgotten, 'snapshot')).toEqual([]);
    await platform.query(`update producer_epoch set epoch = 7, began_at = '2026-11-10T10:00:00Z'`);
    await request(forgotten, organizationId, place);
    expect(await told(forgotten, 'snapshot')).toEqual([
      { ...place, workloadId: forgotten, organizationId, ...nothing },
    ]);
  });

  it('about what a restored database knows, but not that it ever ran, is answered so, too, and counted on from it', async () => {
    await platform.query(`update producer_epoch set epoch = 7, began_at = '2026-11-10T10:00:00Z'`);
    const scene = await Scene.make(platform);
    const { organizationId, projectId, environmentId, appId } = scene.workload;
    const place = { projectId, environmentId, appId };
    for (let asked = 0; asked < 2; asked++) await request(scene.id, organizationId, place);
    const statement = { ...place, workloadId: scene.id, organizationId, ...nothing };
    expect(await told(scene.id, 'snapshot')).toEqual([statement, statement]);
    await scene.deployLive('again');
    await eventually(async () =>
      expect(await told(scene.id, 'changed')).toMatchObject([{ allocationVersion: 2, entries: [{ instances: 1 }] }]),
    );
  });
});
