import type { ConfigChange } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Deployment } from './fixtures/types.js';

let platform: Platform;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start()));
beforeEach(async () => {
  scene = await Scene.make(platform);
  await scene.deployLive('good');
});
afterAll(() => platform.close());

const secret = 'correct-horse-battery-staple';
const instanceOf = async (release: number) =>
  eventually(async () => {
    const found = (await platform.runtime.observe(scene.id))?.instances.find((each) => each.release === release);
    if (!found) throw new Error(`no instance of v${release}`);
    return found.id;
  });
const seenOf = async ({ id }: Pick<Deployment, 'id'>): Promise<string> => {
  const [row] = await platform.query<{ seen: object | null }>('select seen from deployment where id = $1', [id]);
  return JSON.stringify(row?.seen ?? null);
};
/** Until the loop has written that down: only then is its deadline to pass. */
const seesOf = (deployment: Pick<Deployment, 'id'>, text: string) =>
  eventually(async () => expect(await seenOf(deployment)).toContain(text), { within: 60_000 });

describe('a deployment that overran its deadline', () => {
  it('while rolling shows the last lines of the new instances alone, without the values of secrets', async () => {
    const { deploymentId } = await scene.owner.patch<ConfigChange>(`/v1/secrets/${scene.id}`, { set: { KEY: secret } });
    await scene.reaches({ id: deploymentId! }, 'live');
    scene.behave('chatty', { kind: 'hangs' });
    const rolling = await scene.reaches(await scene.deploy('chatty'), 'rolling');
    const [old, fresh] = [await instanceOf(2), await instanceOf(3)];
    platform.runtime.journal.print(scene.id, { process: 'web', instance: old, text: 'GET / 200' });
    platform.runtime.journal.print(scene.id, { process: 'web', instance: fresh, text: `connecting with ${secret}` });
    await seesOf(rolling, 'connecting with [secret]');
    expect(await seenOf(rolling)).not.toContain('GET / 200');
    await platform.overrun(rolling.id);
    const { failure } = await scene.reaches(rolling, 'failed');
    expect(failure?.evidence.at(-1)).toBe(`${fresh}> connecting with [secret]`);
    expect(failure?.evidence.join()).toContain(`${fresh}: v3, starting, 0 restarts`);
    expect(failure?.nextStep).toContain('deadline of rolling');
    const stored = await platform.query<{ text: string }>('select deployment::text as text from deployment');
    expect(stored.map((each) => each.text).join()).not.toContain(secret);
  });

  it('because the runtime did not answer says so', async () => {
    platform.runtime.setDown(true);
    const deployment = await scene.deploy('unreachable');
    await seesOf(deployment, 'The runtime could not be asked');
    await platform.overrun(deployment.id);
    const failed = await scene.reaches(deployment, 'failed');
    platform.runtime.setDown(false);
    expect(failed.failure?.evidence.join()).toContain('The runtime could not be asked');
  });

  it('because no route led to it says what the route answered', async () => {
    scene.behave('unrouted', { kind: 'no-route' });
    const deployment = await scene.deploy('unrouted');
    await seesOf(deployment, 'answered 404');
    await platform.overrun(deployment.id);
    const { failure } = await scene.reaches(deployment, 'failed');
    expect(failure?.evidence.join()).toContain('answered 404');
    expect(failure?.nextStep).toContain('deadline of verifying');
  });

  it('while it waited for a build shows which', async () => {
    await scene.setDeadlines({ buildSlot: 1 });
    const requested = await scene.request();
    const { failure } = await scene.reaches(requested, 'failed');
    expect(failure?.evidence.join()).toContain(requested.buildId!);
  });
});

it('a deployment whose instances print secrets while they crash shows them to nobody', async () => {
  await scene.owner.patch<ConfigChange>(`/v1/secrets/${scene.id}`, { set: { KEY: secret } });
  const trouble = {
    cause: 'crash_loop' as const,
    message: `no ${secret}`,
    evidence: [`KEY=${secret}`, encodeURIComponent(secret)],
  };
  scene.behave('leaky', { kind: 'fails', trouble });
  const { failure } = await scene.reaches(await scene.deploy('leaky'), 'failed');
  expect(failure).toMatchObject({ message: 'no [secret]', evidence: ['KEY=[secret]', '[secret]'] });
});
