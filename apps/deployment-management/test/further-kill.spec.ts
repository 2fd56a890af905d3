import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Allocation } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AgentWorld } from './fixtures/agent-world.js';
import { DoomedService } from './fixtures/doomed-service.js';
import { eventsOf } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const patient = { within: 120_000 };
const berlinId = randomUUID();
const berlin = new AgentWorld();
let service: DoomedService;

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

const told = async ({ id }: Scene): Promise<Allocation[]> =>
  (await eventsOf(service.db.database, id))
    .filter(({ type }) => type.includes('allocation-changed'))
    .map(({ data }) => data as Allocation);
const clustersOf = ({ entries }: Allocation) => entries.map(({ cluster }) => cluster).sort();

/** Until when a workload on `berlin` is certain: when it was looked at, or since then its stream of changes was last open. */
async function certainUntil({ id }: Scene): Promise<{ looked: Date; watched: Date }> {
  const [row] = await sql<{ looked: Date; watched: Date }>(
    `select p.confirmed_at as looked, w.confirmed_at as watched from placement p join runtime_watch w on w.cluster_id = p.cluster_id
      where p.workload_id = $1 and p.cluster_id = $2 and p.confirmed_at >= w.since`,
    [id, berlinId],
  );
  if (!row) throw new Error('It was not looked at since its stream of changes is open.');
  return row;
}

describe('what runs on a further cluster', () => {
  it('and is lost while the platform is down is paid for until it was last certain', async () => {
    const scene = await Scene.make(service);
    await scene.deployLive('lost');
    await scene.owner.post(`/v1/workloads/${scene.id}/placements`, { cluster: 'berlin' });
    await eventually(async () => {
      const { looked, watched } = await certainUntil(scene);
      expect(watched.getTime()).toBeGreaterThan(looked.getTime());
    }, patient);
    expect((await told(scene)).map(clustersOf)).toEqual([['local'], ['berlin', 'local']]);
    service.kill();
    await service.killed();
    const { watched } = await certainUntil(scene);
    berlin.runtime.forget();
    await service.start();
    await eventually(async () => {
      const clusters = (await told(scene)).map(clustersOf);
      expect(clusters).toEqual([['local'], ['berlin', 'local'], ['local'], ['berlin', 'local']]);
    }, patient);
    expect((await told(scene))[2]?.effectiveAt).toBe(watched.toISOString());
  }, 600_000);
});
