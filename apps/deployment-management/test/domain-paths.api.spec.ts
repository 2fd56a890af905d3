import type { CloudEvent, DomainFact } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainWords, freshHost } from './fixtures/domain-words.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { Zone } from './fixtures/zone.js';

describe('a path of a host', () => {
  let zone: Zone;
  let platform: Platform;
  let words: DomainWords;
  let host: string;
  let scene: Scene;
  let api: Scene;
  beforeAll(async () => {
    zone = await Zone.start();
    platform = await Platform.start({ environment: { DNS_SERVERS: zone.address } });
    const administrator = platform.client(await platform.identity.token({ administrator: true }));
    words = new DomainWords(platform, zone, administrator);
  });
  beforeEach(async () => {
    host = freshHost();
    scene = await Scene.make(platform);
    api = await scene.beside('api');
  });
  afterAll(async () => {
    await platform.close();
    await zone.close();
  });

  const refusalOf = (of: Scene, path: string) =>
    of.owner.refusal('POST', '/v1/domains', { workloadId: of.id, host, path });

  it('leads to another workload of the environment, which proves nothing anew', async () => {
    await scene.deployLive('paths-shop');
    await api.deployLive('paths-api');
    const whole = await words.claim(scene, host);
    await words.prove(whole, scene);
    await words.becomes(whole, 'ready', scene);
    zone.set(whole.challenge.name);
    const made = await words.claim(api, host, '/api/');
    expect(made).toMatchObject({ host, path: '/api', challenge: whole.challenge });
    await words.becomes(made, 'ready', scene);
    expect(await words.get(made, scene)).toMatchObject({ proof: 'dns', message: null });
    expect(api.desired).toMatchObject({ hosts: [expect.not.stringContaining(host)], paths: [{ host, path: '/api' }] });
    expect(scene.desired).toMatchObject({ hosts: [expect.any(String), host] });
    expect(scene.desired).not.toHaveProperty('paths');
    const { domains } = await api.owner.get<{ domains: string[] }>(`/v1/workloads/${api.id}`);
    expect(domains).toEqual([`${host}/api`]);
    expect(await words.told(made)).toEqual(['domain.attached', 'route.ready']);
    const [{ data } = {} as CloudEvent] = await platform.events(made.id);
    expect(data as DomainFact).toMatchObject({ workloadId: api.id, host, path: '/api' });
    await scene.owner.delete(`/v1/domains/${whole.id}`);
    await words.isGone(whole);
    expect(await words.get(made, scene)).toMatchObject({ state: 'ready' });
  });

  it('is proven with the others of its environment by one record, whichever was first', async () => {
    const made = await words.claim(api, host, '/api');
    // Old enough to be looked at rarely: what proves it is that its host is proven by now.
    await platform.query(`update domain set claimed_at = claimed_at - interval '1 day' where id = $1`, [made.id]);
    await words.look(made, scene);
    await eventually(async () =>
      expect(
        await platform.query(`select due_at > now() + interval '30 minutes' as later from work_item where key = $1`, [
          made.id,
        ]),
      ).toEqual([{ later: true }]),
    );
    const whole = await words.claim(scene, host);
    expect(whole.challenge).toEqual(made.challenge);
    await words.vouchFor(whole);
    await eventually(async () =>
      expect(await words.get(made, scene)).toMatchObject({ state: 'verified', proof: 'vouched' }),
    );
  });

  it('is one workload’s at a time, and another’s once it was let go', async () => {
    await api.deployLive('paths-first');
    const made = await words.claim(api, host, '/api');
    await words.vouchFor(made);
    await words.becomes(made, 'ready', scene);
    expect(await refusalOf(scene, '/api/')).toEqual({ status: 409, code: 'domain_taken', pointers: ['/path'] });
    await api.owner.delete(`/v1/domains/${made.id}`);
    await words.isGone(made);
    const next = await words.claim(scene, host, '/api');
    await words.vouchFor(next);
    expect(scene.workload.id).toBe(next.workloadId);
  });

  it.each(['api', '/a b', '/../x', '/%61pi', '/a//b'])('%j is none', async (path) => {
    expect(await refusalOf(api, path)).toEqual({ status: 422, code: 'path_invalid', pointers: ['/path'] });
    expect(await platform.query('select from domain where workload_id = $1', [api.id])).toEqual([]);
  });

  it('is in one environment with the others of its host, whoever may claim elsewhere', async () => {
    const whole = await words.claim(scene, host);
    await words.vouchFor(whole);
    const staging = await scene.beside('staging-api', 'staging');
    expect(await refusalOf(staging, '/login')).toEqual({ status: 409, code: 'domain_taken', pointers: ['/host'] });
  });

  it('of a host that another organization has is not to be had, proven or vouched for', async () => {
    const whole = await words.claim(scene, host);
    await words.prove(whole, scene);
    await words.becomes(whole, 'verified', scene);
    const stranger = await Scene.make(platform);
    const made = await words.claim(stranger, host, '/login');
    expect(made.challenge.value).not.toBe(whole.challenge.value);
    zone.set(whole.challenge.name, whole.challenge.value, made.challenge.value);
    await words.look(made, stranger);
    await eventually(async () => expect((await words.get(made, stranger)).message).toContain('in use'));
    const reason = { reason: 'x' };
    expect(await words.administrator.refusal('POST', `/v1/domains/${made.id}/vouch`, reason)).toMatchObject({
      ...{ status: 409, code: 'domain_held' },
    });
    expect(stranger.desired).toBeUndefined();
  });

  it('goes with the whole host to who proves that, when its environment does no more', async () => {
    await scene.deployLive('paths-former');
    await api.deployLive('paths-former-api');
    const whole = await words.claim(scene, host);
    await words.prove(whole, scene);
    const made = await words.claim(api, host, '/api');
    await Promise.all([words.becomes(whole, 'ready', scene), words.becomes(made, 'ready', scene)]);
    const stranger = await Scene.make(platform);
    await stranger.deployLive('paths-next');
    const next = await words.claim(stranger, host, '/');
    zone.set(next.challenge.name, next.challenge.value);
    await words.look(next, stranger);
    await words.becomes(next, 'ready', stranger);
    for (const each of [whole, made])
      expect(await words.get(each, scene)).toMatchObject({ state: 'failed', cause: 'lost' });
    expect(api.desired).not.toHaveProperty('paths');
  });

  it('that was claimed by two workloads at once is the first one’s', async () => {
    const claims = [scene, api].map((of) =>
      of.owner.send('POST', '/v1/domains', { workloadId: of.id, host, path: '/x' }),
    );
    expect((await Promise.all(claims)).map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});
