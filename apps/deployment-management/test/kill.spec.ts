import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Moment } from './fixtures/agent-world.js';
import { DoomedService } from './fixtures/doomed-service.js';
import { eventsOf } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let service: DoomedService;
let scene: Scene;
beforeAll(async () => (service = await DoomedService.make()), 120_000);
afterAll(() => service.close());
beforeEach(async () => {
  service.world.on = () => undefined;
  scene = await Scene.make(service);
  // A deadline goes on while the service is away, and how long that takes is for the machine to say.
  await scene.setDeadlines({ preparing: 3_600, rolling: 3_600, verifying: 3_600 });
});

/** Kills the service at the `nth` such moment of this workload's deployment. */
function killAt(moment: Moment, nth: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    service.world.on = (each, workloadId = scene.id) => {
      if (each !== moment || workloadId !== scene.id || ++seen !== nth) return;
      service.kill();
      resolve();
    };
  });
}

const comeBack = async () => {
  service.world.on = () => undefined;
  await service.killed();
  await service.start();
};

/** Nothing of a workload's history is missing or double, and what it tells is what is there. */
async function expectWhole(release: number): Promise<void> {
  expect((await scene.releases()).map((each) => each.number)).toEqual(
    Array.from({ length: release }, (_, index) => release - index),
  );
  await scene.eventuallyRuns({ [`v${release} web`]: 1 });
  await eventually(async () => {
    const told = await eventsOf(service.db.database, scene.id);
    expect(told.map((each) => each.aggregateversion)).toEqual(told.map((_, index) => index + 1));
    expect(told.findLast((each) => each.type.includes('allocation-changed'))?.data).toMatchObject({
      entries: [{ release, instances: 1 }],
    });
  });
  expect(await service.db.database.query('select from work_deadline where key = $1', [scene.id])).toEqual([]);
}

describe('the service killed -9', () => {
  it('right after it accepted a deployment has it, and its build is asked for', async () => {
    const requested = await scene.request();
    service.kill();
    await comeBack();
    await eventually(async () => {
      // By what they are: who was killed after publishing and before noting it publishes once more.
      const rows = await service.db.database.query<{ id: string }>(
        `select distinct event->>'id' as id from berth_bus.message where event->>'subject' = $1`,
        [requested.id],
      );
      expect(rows).toHaveLength(1);
    });
    await service.builds.succeeded(requested, 'accepted');
    await scene.reaches(requested, 'live');
    await expectWhole(1);
  }, 600_000);

  it('when the build ended while it was away hears of it afterwards', async () => {
    const requested = await scene.request();
    service.kill();
    await service.killed();
    await service.builds.succeeded(requested, 'away');
    await comeBack();
    await scene.reaches(requested, 'live');
    await expectWhole(1);
  }, 600_000);

  const moments: [Moment, number][] = [
    ['observe', 1],
    ['apply begins', 1],
    ['apply done', 1],
    ['observe', 2],
    ['probe begins', 1],
    ['probe done', 1],
  ];
  it.each(moments)(
    'at "%s" %i of a deployment brings it to its end after the restart',
    async (moment, nth) => {
      await scene.deployLive('before');
      const deployment = await scene.request();
      const killed = killAt(moment, nth);
      await service.builds.succeeded(deployment, `at-${moment}-${nth}`);
      await killed;
      expect(await scene.runs()).not.toEqual({});
      await comeBack();
      const live = await scene.reaches(deployment, 'live');
      expect(live.timeline.map((each) => each.to)).toEqual([...new Set(live.timeline.map((each) => each.to))]);
      await expectWhole(2);
    },
    600_000,
  );

  it('past a deadline ends the deployment within 5 s of its restart, and the old release serves', async () => {
    await scene.deployLive('before');
    scene.behave('hanging', { kind: 'hangs' });
    const deployment = await scene.reaches(await scene.deploy('hanging'), 'rolling');
    service.kill();
    await service.killed();
    const over = 'update work_deadline set at = now(), due_at = now() where name = $1';
    await service.db.database.query(over, [deployment.id]);
    await comeBack();
    const failed = await scene.reaches(deployment, 'failed', 5_000);
    expect(failed).toMatchObject({ failure: { cause: 'timeout' }, outcome: 'v1 keeps serving.' });
    await scene.eventuallyRuns({ 'v1 web': 1 });
  }, 600_000);

  it('while a workload is being deleted finishes the deletion', async () => {
    await scene.deployLive('doomed');
    const killed = killAt('observe', 1);
    await scene.owner.send('DELETE', `/v1/workloads/${scene.id}`).catch(() => undefined);
    await killed;
    await comeBack();
    // A client that got no answer asks again.
    await scene.owner.send('DELETE', `/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await service.runtime.observe(scene.id)).toBeNull());
    await eventually(async () => {
      const types = (await eventsOf(service.db.database, scene.id)).map((each) => each.type);
      expect(types.filter((each) => each === 'berth.workload.deleted.v1')).toHaveLength(1);
    });
  }, 600_000);
});
