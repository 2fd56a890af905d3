import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Snapshots } from '@berth/eventing';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
beforeAll(async () => (platform = await Platform.start()));
afterAll(() => platform.close());

describe('projects, environments and apps', () => {
  it.each(['project', 'environment', 'app'] as const)('of each kind are told again: %s', async (aggregate) => {
    const { workload } = await Scene.make(platform);
    const id = workload[`${aggregate}Id`];
    await platform.query(`update ${aggregate} set deleted_at = now() where id = $1`, [id]);
    await platform.service.app.get(Snapshots, { strict: false }).emitAll(aggregate);
    const told = (await platform.events(id)).filter(({ type }) => /created|snapshot/.test(type));
    expect(told.map(({ type }) => type)).toEqual([`berth.${aggregate}.created.v1`, `berth.${aggregate}.snapshot.v1`]);
    expect(told[1]!.data).toEqual(told[0]!.data);
  });
});
