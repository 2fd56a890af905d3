import { randomUUID } from 'node:crypto';
import {
  type EventDefinition,
  organizationDeleted,
  organizationResumed,
  organizationSnapshot,
  organizationSuspended,
} from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
let version: number;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => {
  scene = await Scene.make(platform);
  version = 1;
});
afterAll(() => platform.close());

/** What user-management says of the organization next. */
async function hear({ type }: EventDefinition, more: object = {}): Promise<void> {
  const { organizationId } = scene;
  version += 1;
  const event = {
    specversion: '1.0' as const,
    id: randomUUID(),
    source: '/berth/user-management',
    type,
    subject: organizationId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json' as const,
    partitionkey: organizationId,
    aggregateversion: version,
    epoch: 0,
    data: { organizationId, ...more },
  };
  const bus = platform.service.app.get<EventBus>(EVENT_BUS);
  await bus.publish([{ topic: 'berth.user-management', key: organizationId, event }]);
}

const running = async (of = scene) => (await platform.runtime.observe(of.id))?.instances.length ?? 0;
const runs = (count: number, of = scene) => eventually(async () => expect(await running(of)).toBe(count));
const allocated = async () => {
  const told = (await platform.events(scene.id)).filter(({ type }) => type.includes('allocation-changed'));
  return (told.at(-1)?.data as { entries: unknown[] }).entries.length;
};

describe('an organization that is suspended', () => {
  it('has nothing running and nothing to pay for, and keeps everything else; resumed, it runs as before', async () => {
    await scene.deployLive('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/scale`, { counts: { web: 2 } });
    await runs(2);
    const other = await Scene.make(platform);
    await other.deployLive('two');
    await hear(organizationSuspended);
    await runs(0);
    await eventually(async () => expect(await allocated()).toBe(0));
    expect((await scene.owner.send('POST', `/v1/workloads/${scene.id}/restart`)).status).toBe(403);
    expect((await scene.owner.send('GET', `/v1/workloads/${scene.id}`)).body).toMatchObject({ state: 'stopped' });
    expect(await running(other)).toBe(1);
    await hear(organizationResumed);
    await runs(2);
    await eventually(async () => expect(await allocated()).toBe(1));
  });

  it('has nothing running either when only a snapshot tells of it, as after events were lost; the same for its end', async () => {
    await scene.deployLive('one');
    const [{ quota } = { quota: {} }] = await platform.query<{ quota: object }>(
      'select quota from access_organization where organization_id = $1',
      [scene.organizationId],
    );
    const subject = await platform.query<{ subjectId: string; role: string }>(
      `select subject_id as "subjectId", role from access_membership where organization_id = $1`,
      [scene.organizationId],
    );
    const scope = { kind: 'organization', id: scene.organizationId };
    const memberships = subject.map((each) => ({ ...each, organizationId: scene.organizationId, scope }));
    const stated = { slug: 'acme', quota, memberships };
    version += 7;
    await hear(organizationSnapshot, { ...stated, status: 'suspended' });
    await runs(0);
    await eventually(async () => expect(await allocated()).toBe(0));
    version += 7;
    await hear(organizationSnapshot, { ...stated, status: 'active' });
    await runs(1);
  });

  it('leaves stopped what was stopped before', async () => {
    await scene.deployLive('one');
    await scene.owner.send('POST', `/v1/workloads/${scene.id}/stop`);
    await runs(0);
    await hear(organizationSuspended);
    await hear(organizationResumed);
    await eventually(async () => {
      expect((await scene.owner.send('POST', `/v1/workloads/${scene.id}/start`)).status).toBeLessThan(300);
    });
    await runs(1);
  });
});

it('an organization that is deleted leaves nothing here, and whoever bills it hears of each end', async () => {
  await scene.deployLive('one');
  await hear(organizationSuspended);
  await hear(organizationDeleted);
  await eventually(async () => expect(await platform.runtime.observe(scene.id)).toBeNull());
  await eventually(async () => expect(await platform.eventTypes(scene.id)).toContain('workload.deleted'));
  for (const table of ['workload', 'app', 'environment', 'project'])
    expect(
      await platform.query(`select from ${table} where organization_id = $1 and deleted_at is null`, [
        scene.organizationId,
      ]),
    ).toEqual([]);
  const told = async (id: string) => (await platform.eventTypes(id)).at(-1);
  expect([await told(scene.app.id), await told(scene.environment.id), await told(scene.project.id)]).toEqual([
    'app.deleted',
    'environment.deleted',
    'project.deleted',
  ]);
  await eventually(async () =>
    expect(
      await platform.query('select from environment where id = $1 and finalized_at is null', [scene.environment.id]),
    ).toEqual([]),
  );
});
