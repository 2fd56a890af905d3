import type { Page } from '@berth/contracts/common';
import type { Environment, SpaceDeletion, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let administrator: Client;
let scene: Scene;
let id: string;
beforeAll(async () => {
  platform = await Platform.start();
  administrator = platform.client(await platform.identity.token({ administrator: true }));
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  const body = { projectId: scene.app.projectId, slug: 'staging', kind: 'staging' };
  ({ id } = await scene.owner.post<Environment>('/v1/environments', body));
});
afterAll(() => platform.close());

const deletions = async (): Promise<SpaceDeletion[]> =>
  (await administrator.get<Page<SpaceDeletion>>(`/v1/clusters/${OWN_CLUSTER_ID}/deletions`)).items;
const rowOf = async () => {
  const sql = `select finalized_at is not null as "isFinalized", (select count(*)::int from space where environment_id = $1)
      as spaces from environment where id = $1`;
  return (await platform.query<{ isFinalized: boolean; spaces: number }>(sql, [id]))[0];
};
const finalized = { isFinalized: true, spaces: 0 };
/** A look that began before may put off the next one: it is asked for until it is so. */
const lookingAgain = (isSo: () => Promise<void>) =>
  eventually(
    async () => {
      await platform.query(`update work_item set due_at = now() where queue = 'environments'`);
      await isSo();
    },
    { within: 60_000 },
  );

describe('a deleted environment', () => {
  it('is gone when nothing of it is left on its cluster', async () => {
    await scene.owner.delete(`/v1/environments/${id}`);
    await eventually(async () => expect(await rowOf()).toEqual(finalized));
    expect(await deletions()).toEqual([]);
  });

  it('waits for the end of its workloads first', async () => {
    const body = { appId: scene.app.id, environmentId: id };
    const workload = await scene.owner.post<Workload>('/v1/workloads', body);
    platform.runtime.setDown(true);
    try {
      await scene.owner.delete(`/v1/workloads/${workload.id}`);
      await scene.owner.delete(`/v1/environments/${id}`);
      expect(await deletions()).toMatchObject([{ environmentId: id, heldBy: null }]);
    } finally {
      platform.runtime.setDown(false);
    }
    await eventually(async () => expect(await rowOf()).toEqual(finalized), { within: 60_000 });
    const ends = await platform.query<{ isRight: boolean }>(
      `select w.finished_at <= e.finalized_at as "isRight" from workload w join environment e on e.id = w.environment_id
        where w.id = $1`,
      [workload.id],
    );
    expect(ends).toEqual([{ isRight: true }]);
  });

  it('that somebody else holds says who, and ends when they let go', async () => {
    platform.runtime.remains.set(id, { heldBy: 'example.com/hold in 1 instances' });
    await scene.owner.delete(`/v1/environments/${id}`);
    const { organizationId } = scene;
    await eventually(async () =>
      expect(await deletions()).toMatchObject([
        { environmentId: id, organizationId, heldBy: 'example.com/hold in 1 instances' },
      ]),
    );
    platform.runtime.remains.set(id, { heldBy: null });
    await lookingAgain(async () => expect(await deletions()).toMatchObject([{ heldBy: null }]));
    platform.runtime.remains.delete(id);
    await lookingAgain(async () => expect(await rowOf()).toEqual(finalized));
  });

  it('is told of to administrators of the platform only', async () => {
    const path = `/v1/clusters/${OWN_CLUSTER_ID}/deletions`;
    expect(await scene.owner.refusal('GET', path)).toMatchObject({ status: 403, code: 'forbidden' });
    const cursor = Buffer.from('{"a":1}').toString('base64url');
    expect(await administrator.refusal('GET', `${path}?cursor=${cursor}`)).toMatchObject({ status: 422 });
  });
});
