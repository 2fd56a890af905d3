import { randomUUID } from 'node:crypto';
import { budgetCleared, budgetExhausted, type EnvironmentKind, type EventDefinition } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => {
  scene = await Scene.make(platform);
});
afterAll(() => platform.close());

interface Scope {
  readonly projectId?: string;
  readonly environmentId?: string;
}

/** What metering says of a budget of the organization, in its order. */
function budget({ projectId = undefined, environmentId = undefined }: Scope = {}) {
  const budgetId = randomUUID();
  let version = 0;
  const fact = {
    ...{ budgetId, organizationId: scene.organizationId, name: 'All', month: '2026-11', currency: 'EUR' },
    ...{ projectId: projectId ?? null, environmentId: environmentId ?? null, amount: '28.00', spent: '28.01' },
  };
  const tell = async ({ type, data }: EventDefinition, over: object = {}) => {
    version += 1;
    const event = {
      ...{ specversion: '1.0' as const, id: randomUUID(), source: '/berth/metering', type, subject: budgetId },
      ...{ time: new Date().toISOString(), datacontenttype: 'application/json' as const, partitionkey: budgetId },
      ...{ aggregateversion: version, epoch: 0, data: data.parse({ ...fact, ...over }) },
    };
    const bus = platform.service.app.get<EventBus>(EVENT_BUS);
    await bus.publish([{ topic: 'berth.metering', key: budgetId, event }]);
  };
  return {
    stop: (...stops: EnvironmentKind[]) => tell(budgetExhausted, { stops, stopsNext: [], stopsNextAt: null }),
    clear: () => tell(budgetCleared),
  };
}

const kinds: EnvironmentKind[] = ['development', 'staging', 'production', 'preview'];
const kindOf = async (of = scene): Promise<EnvironmentKind> => {
  const rows = await platform.query(
    'select kind from environment e join workload w on w.environment_id = e.id where w.id = $1',
    [of.id],
  );
  return (rows[0] as { kind: EnvironmentKind }).kind;
};
const running = async (of = scene) => (await platform.runtime.observe(of.id))?.instances.length ?? 0;
const runs = (count: number, of = scene) => eventually(async () => expect(await running(of)).toBe(count));
const handled = async (budgets: number) =>
  eventually(async () => {
    const rows = await platform.query('select distinct budget_id from budget_stop where organization_id = $1', [
      scene.organizationId,
    ]);
    expect(rows).toHaveLength(budgets);
  });

describe('a budget that is spent', () => {
  it('stops what is in environments of its kinds, which runs again as before when the budget is cleared', async () => {
    await scene.deployLive('one');
    await scene.owner.post(`/v1/workloads/${scene.id}/scale`, { counts: { web: 2 } });
    await runs(2);
    const other = await Scene.make(platform);
    await other.deployLive('two');
    const all = budget();
    await all.stop();
    await all.stop(await kindOf());
    await runs(0);
    expect((await scene.owner.send('GET', `/v1/workloads/${scene.id}`)).body).toMatchObject({ state: 'stopped' });
    expect(await running(other)).toBe(1);
    await all.clear();
    await runs(2);
  });

  it('leaves other kinds, other projects and other environments alone', async () => {
    await scene.deployLive('one');
    const kind = await kindOf();
    await budget().stop(...kinds.filter((each) => each !== kind));
    await budget({ projectId: randomUUID() }).stop(...kinds);
    await budget({ projectId: randomUUID(), environmentId: randomUUID() }).stop(...kinds);
    await handled(3);
    expect((await scene.owner.send('GET', `/v1/workloads/${scene.id}`)).body).toMatchObject({ state: 'running' });
    expect(await running()).toBe(1);
  });

  it('of a project, or of one environment of it, stops what is in it and nothing beside it', async () => {
    const { project, environment } = scene;
    const beside = await scene.beside('api', 'qa');
    await scene.deployLive('one');
    await beside.deployLive('two');
    const part = budget({ projectId: project.id, environmentId: environment.id });
    await part.stop(...kinds);
    await runs(0);
    expect(await running(beside)).toBe(1);
    const whole = budget({ projectId: project.id });
    await whole.stop('staging');
    await runs(0, beside);
    await part.clear();
    await runs(1);
    expect(await running(beside)).toBe(0);
    await whole.clear();
    await runs(1, beside);
  });

  it('keeps stopped what another budget stops, too, and what was stopped by hand', async () => {
    await scene.deployLive('one');
    const [one, two] = [budget(), budget()];
    await one.stop(await kindOf());
    await two.stop(await kindOf());
    await handled(2);
    await one.clear();
    await handled(1);
    await runs(0);
    await two.clear();
    await runs(1);
    await scene.owner.send('POST', `/v1/workloads/${scene.id}/stop`);
    await runs(0);
    const three = budget();
    await three.stop(await kindOf());
    await handled(1);
    await three.clear();
    await handled(0);
    expect((await scene.owner.send('GET', `/v1/workloads/${scene.id}`)).body).toMatchObject({ state: 'stopped' });
  });
});
