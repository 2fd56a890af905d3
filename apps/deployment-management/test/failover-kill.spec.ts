import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentWorld, type Moment } from './fixtures/agent-world.js';
import { DoomedService } from './fixtures/doomed-service.js';
import { eventsOf } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, runningIn } from './fixtures/second-cluster.js';

const patient = { within: 120_000 };
const berlinId = randomUUID();
const berlin = new AgentWorld();
let service: DoomedService;
let scene: Scene;

const sql = <Row extends object>(text: string, parameters: readonly unknown[] = []) =>
  service.db.database.query<Row>(text, parameters);
const main = join(import.meta.dirname, 'fixtures/two-clusters-main.ts');

beforeAll(async () => {
  const worlds = { [berlinId]: { socket: berlin.socketPath, router: await berlin.listen() } };
  service = await DoomedService.make({ main, environment: { WORLDS: JSON.stringify(worlds) } });
  await sql(`insert into cluster (id, name, server, created_at) values ($1, 'berlin', 'https://berlin', now())`, [
    berlinId,
  ]);
}, 240_000);
afterAll(async () => {
  await service.close();
  await berlin.close();
});
beforeEach(async () => {
  scene = await Scene.make(service);
  await scene.owner.put(`/v1/environments/${scene.environment.id}/failover`, { afterSeconds: 600 });
  await scene.deployLive(`app-${scene.id}`);
});

/** Looks at clusters come now, what they find has been so for an hour, and who drains has drained long enough. */
async function timePasses(): Promise<void> {
  await sql(
    `insert into work_item (queue, key, work_group, generation, due_at)
     select 'clusters', id::text, '', nextval('work_sequence'), now() from cluster
     on conflict (queue, key) do update set due_at = now()`,
  );
  // One by one: all at once would take their locks in an order that nobody else keeps.
  for (const { id } of await sql<{ id: string }>(`select id from cluster where conditions <> '[]'`))
    await sql(
      `update cluster set conditions = jsonb_set(conditions, '{0,since}',
         to_jsonb(to_char((now() - interval '1 hour') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
        where id = $1`,
      [id],
    );
  await sql(`update placement set drain_until = now() where workload_id = $1 and state = 'draining'`, [scene.id]);
  await sql('update work_item set due_at = now() where key = $1', [scene.id]);
}

const eventuallyPlaced = (placements: Awaited<ReturnType<typeof placementsOf>>) =>
  eventually(async () => {
    await timePasses();
    expect(await placementsOf(scene)).toEqual(placements);
  }, patient);

/** Kills the service at the `nth` such moment of this workload in a world. */
function killAt(world: AgentWorld, moment: Moment, nth: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    world.on = (each, workloadId = scene.id) => {
      if (each !== moment || workloadId !== scene.id || ++seen !== nth) return;
      world.on = () => undefined;
      service.kill();
      resolve();
    };
  });
}

/** Time goes on until it was killed, which a promise in between would not say. */
async function untilKilled(killed: Promise<void>): Promise<void> {
  let isKilled = false;
  void killed.then(() => (isKilled = true));
  await eventually(async () => {
    await timePasses();
    expect(isKilled).toBe(true);
  }, patient);
  await service.killed();
  await service.start();
}

/** One place, one failover, and a history without a gap. */
async function expectWhole(): Promise<void> {
  expect([await runningIn(service.runtime, scene), await runningIn(berlin.runtime, scene)]).toEqual([0, 1]);
  expect(await service.runtime.observe(scene.id)).toBeNull();
  const acts = `select from audit_entry where target->>'id' = $1 and detail ? 'failover'`;
  expect(await sql(acts, [scene.id])).toHaveLength(1);
  const told = await eventsOf(service.db.database, scene.id);
  expect(told.map(({ aggregateversion }) => aggregateversion)).toEqual(told.map((_, index) => index + 1));
  const allocations = told.filter(({ type }) => type.includes('allocation-changed')).map(({ data }) => data);
  expect(allocations).toMatchObject([
    { entries: [{ cluster: 'local' }] },
    { entries: [] },
    { entries: [{ cluster: 'berlin', instances: 1 }] },
  ]);
  expect(await sql('select from work_deadline where key = $1', [scene.id])).toEqual([]);
}

describe('the service killed -9 in the middle of a failover', () => {
  const arriving: [Moment, number][] = [
    ['observe', 1],
    ['apply begins', 1],
    ['apply done', 1],
    ['probe begins', 1],
    ['probe done', 1],
  ];
  it.each(arriving)(
    'at "%s" %i where it goes takes it there, once',
    async (moment, nth) => {
      const killed = killAt(berlin, moment, nth);
      service.world.cut(true);
      await untilKilled(killed);
      await eventuallyPlaced({ local: 'draining', berlin: 'active' });
      service.world.cut(false);
      await eventuallyPlaced({ berlin: 'active' });
      await expectWhole();
    },
    600_000,
  );

  const healing: [Moment, number][] = [
    ['observe', 1],
    ['remove begins', 1],
    ['remove done', 1],
  ];
  it.each(healing)(
    'at "%s" %i where it was, after that came back, leaves one place',
    async (moment, nth) => {
      service.world.cut(true);
      await eventuallyPlaced({ local: 'draining', berlin: 'active' });
      const killed = killAt(service.world, moment, nth);
      service.world.cut(false);
      await untilKilled(killed);
      await eventuallyPlaced({ berlin: 'active' });
      await expectWhole();
    },
    600_000,
  );
});
