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

const request = async (workloadId: string, organizationId: string) => {
  const event: CloudEvent = {
    ...{ specversion: '1.0', id: randomUUID(), source: '/berth/metering', subject: workloadId },
    ...{ type: workloadAllocationSnapshotRequested.type, time: new Date().toISOString() },
    ...{ datacontenttype: 'application/json', partitionkey: workloadId, aggregateversion: 1, epoch: 0 },
    data: { workloadId, organizationId, reason: 'gap', knownVersion: 0 },
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
});
