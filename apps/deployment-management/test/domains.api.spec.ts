import type { Domain } from '@berth/contracts/deployment';
import type { CloudEvent, DomainFact } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainsRepository } from '../src/domains/domains.repository.js';
import type { Client } from './fixtures/client.js';
import { DomainWords, freshHost } from './fixtures/domain-words.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, Worlds } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';
import { Zone } from './fixtures/zone.js';

const worlds = new Worlds();
let zone: Zone;
let platform: Platform;
let scene: Scene;
let administrator: Client;
let words: DomainWords;
beforeAll(async () => {
  zone = await Zone.start();
  const environment = { DNS_SERVERS: zone.address, PLATFORM_DOMAIN: 'berth.example' };
  platform = await Platform.start({ environment, overrides: worlds.overrides });
  administrator = platform.client(await platform.identity.token({ administrator: true }));
  words = new DomainWords(platform, zone, administrator);
});
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(async () => {
  await platform.close();
  await zone.close();
});

const claim = (host = freshHost(), of = scene) => words.claim(of, host);
const get = (domain: Domain, of = scene) => words.get(domain, of);
const look = (domain: Domain, of = scene) => words.look(domain, of);
const refusal = (host: string) => scene.owner.refusal('POST', '/v1/domains', { workloadId: scene.id, host });
const vouchFor = (domain: Domain) => words.vouchFor(domain);
const becomes = (domain: Domain, state: Domain['state'], of = scene) => words.becomes(domain, state, of);
const prove = (domain: Domain, of = scene) => words.prove(domain, of);
const seenHosts = async (of = scene) =>
  (await platform.runtime.observe(of.id))?.routes.map(({ host, accepted }) => [host, accepted]);
const told = (domain: Domain) => words.told(domain);
const isGone = (domain: Domain) => words.isGone(domain);

describe('a domain', () => {
  it('leads nowhere until its record is there, then to the workload, without a release', async () => {
    await scene.deployLive('domains');
    const host = freshHost();
    const made = await claim(`${host.toUpperCase()}.`);
    expect(made).toMatchObject({ host, state: 'pending', cause: null, proof: null, verifiedAt: null });
    expect(made.challenge).toEqual({
      type: 'TXT',
      name: `_berth-challenge.${host}`,
      value: expect.stringMatching(/^[\w-]{32}$/),
    });
    await eventually(async () =>
      expect((await get(made)).message).toBe(`There is no TXT record _berth-challenge.${host}`),
    );
    expect(await told(made)).toEqual([]);
    zone.set(made.challenge.name, 'something else');
    await look(made);
    await eventually(async () =>
      expect((await get(made)).message).toBe(`No TXT record _berth-challenge.${host} has the token`),
    );
    expect(scene.desired?.hosts).not.toContain(host);
    zone.set(made.challenge.name, 'something else', made.challenge.value);
    await look(made);
    await becomes(made, 'ready');
    expect(await get(made)).toMatchObject({ proof: 'dns', message: null, verifiedAt: expect.any(String) });
    expect((await seenHosts())?.[1]).toEqual([host, true]);
    expect(await told(made)).toEqual(['domain.attached', 'route.ready']);
    const [{ data } = {} as CloudEvent] = await platform.events(made.id);
    expect(data as DomainFact).toMatchObject({ workloadId: scene.id, domainId: made.id, host });
    const { currentRelease, domains } = await scene.owner.get<{ currentRelease: number; domains: string[] }>(
      `/v1/workloads/${scene.id}`,
    );
    expect({ currentRelease, domains }).toEqual({ currentRelease: 1, domains: [host] });
  });

  it('stays through releases and rollbacks, and restarts nothing', async () => {
    await scene.deployLive('domains-one');
    const before = (await platform.runtime.observe(scene.id))?.instances.map(({ id }) => id);
    const made = await claim();
    await prove(made);
    await becomes(made, 'ready');
    expect((await platform.runtime.observe(scene.id))?.instances.map(({ id }) => id)).toEqual(before);
    await scene.deployLive('domains-two');
    await scene.reaches(await scene.request({ kind: 'release', number: 1 }), 'live');
    expect(scene.desired?.hosts).toEqual([expect.any(String), made.host]);
    expect(await get(made)).toMatchObject({ state: 'ready' });
  });

  it('is not ready while nothing runs, and is when something does', async () => {
    const made = await claim();
    await prove(made);
    await becomes(made, 'verified');
    await eventually(async () => expect((await get(made)).message).toContain('local'));
    await scene.deployLive('domains-late');
    await becomes(made, 'ready');
    await scene.owner.post(`/v1/workloads/${scene.id}/stop`);
    await becomes(made, 'verified');
    expect(await told(made)).toEqual(['domain.attached', 'route.ready', 'route.removed']);
  });

  it('that is removed leads nowhere, and is told gone when that was seen', async () => {
    await scene.deployLive('domains-removed');
    const made = await claim();
    await prove(made);
    await becomes(made, 'ready');
    await scene.owner.delete(`/v1/domains/${made.id}`);
    expect(await scene.owner.refusal('GET', `/v1/domains/${made.id}`)).toMatchObject({ status: 404 });
    await isGone(made);
    expect((await seenHosts())?.map(([host]) => host)).not.toContain(made.host);
    expect(await told(made)).toEqual(['domain.attached', 'route.ready', 'domain.removed', 'route.removed']);
    expect((await claim(made.host)).id).not.toBe(made.id);
  });

  it('that is removed is held while a cluster that its workload leaves cannot be told', async () => {
    const berlin = await worlds.register(platform, 'berlin');
    await scene.deployLive('domains-drained');
    const made = await claim();
    await vouchFor(made);
    await becomes(made, 'ready');
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 3_600 });
    await eventually(async () => expect(await placementsOf(scene)).toEqual({ local: 'draining', berlin: 'active' }));
    platform.runtime.setDown(true);
    await scene.owner.delete(`/v1/domains/${made.id}`);
    await eventually(() => expect(berlin.world.applied.at(-1)?.hosts).not.toContain(made.host));
    await platform.query('update work_item set due_at = now() where key = $1', [made.id]);
    await eventually(async () =>
      expect(await platform.query('select due_at > now() as later from work_item where key = $1', [made.id])).toEqual([
        { later: true },
      ]),
    );
    const next = await claim(made.host, await Scene.make(platform));
    expect(await administrator.refusal('POST', `/v1/domains/${next.id}/vouch`, { reason: 'x' })).toMatchObject({
      code: 'domain_held',
    });
    platform.runtime.setDown(false);
    await isGone(made);
    expect(await vouchFor(next)).toMatchObject({ state: 'verified' });
  });

  it('that was never proven is gone at once, and nobody is told', async () => {
    const made = await claim();
    await scene.owner.delete(`/v1/domains/${made.id}`);
    await isGone(made);
    expect(await told(made)).toEqual([]);
  });

  it('ends with its workload', async () => {
    await scene.deployLive('domains-end');
    const [held, asked] = [await claim(), await claim()];
    await prove(held);
    await becomes(held, 'ready');
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await Promise.all([held, asked].map(isGone));
    expect(await told(held)).toEqual(['domain.attached', 'route.ready', 'domain.removed', 'route.removed']);
    expect(await told(asked)).toEqual([]);
  });
});

describe('whose a host is', () => {
  let other: Scene;
  beforeEach(async () => (other = await Scene.make(platform)));

  it('is told by the record: a claim of somebody else says nothing, and is in nobody’s way', async () => {
    await other.deployLive('domains-owner');
    const squatted = await claim();
    const owned = await claim(squatted.host, other);
    expect(owned.challenge.value).not.toBe(squatted.challenge.value);
    expect(await other.owner.refusal('GET', `/v1/domains/${squatted.id}`)).toMatchObject({ status: 404 });
    await prove(owned, other);
    await becomes(owned, 'ready', other);
    expect(await get(squatted)).toMatchObject({ state: 'pending', verifiedAt: null });
  });

  it('changes when its new owner proves it and the former one does no more, one after the other', async () => {
    await scene.deployLive('domains-former');
    await other.deployLive('domains-next');
    const former = await claim();
    await prove(former);
    await becomes(former, 'ready');
    const next = await claim(former.host, other);
    zone.set(next.challenge.name, former.challenge.value, next.challenge.value);
    await look(next, other);
    await eventually(async () => expect((await get(next, other)).message).toContain('in use'));
    expect(await get(former)).toMatchObject({ state: 'ready' });
    zone.set(next.challenge.name, next.challenge.value);
    await look(next, other);
    await becomes(next, 'ready', other);
    expect(await get(former)).toMatchObject({ state: 'failed', cause: 'lost', proof: null });
    expect(scene.desired?.hosts).not.toContain(former.host);
    expect(await told(former)).toEqual(['domain.attached', 'route.ready', 'domain.removed', 'route.removed']);
  });

  it('may be vouched for by an administrator, with a reason, and then no record takes it away', async () => {
    await scene.deployLive('domains-vouched');
    const made = await claim();
    expect(await scene.owner.refusal('POST', `/v1/domains/${made.id}/vouch`, { reason: 'mine' })).toMatchObject({
      status: 403,
    });
    const empty = { reason: ' ' };
    expect(await administrator.refusal('POST', `/v1/domains/${made.id}/vouch`, empty)).toMatchObject({
      ...{ status: 422, pointers: ['/reason'] },
    });
    expect(await vouchFor(made)).toMatchObject({ state: 'verified', proof: 'vouched' });
    await becomes(made, 'ready');
    const reason = { reason: 'again' };
    expect(await administrator.refusal('POST', `/v1/domains/${made.id}/vouch`, reason)).toMatchObject({
      ...{ status: 409, code: 'domain_verified' },
    });
    const [act] = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where action = 'domains:vouch' and organization_id = $1 order by sequence`,
      [scene.organizationId],
    );
    expect(act?.detail).toMatchObject({ host: made.host, reason: 'There is no DNS here.', proof: 'vouched' });
    const next = await claim(made.host, other);
    await prove(next, other);
    await eventually(async () => expect((await get(next, other)).message).toContain('in use'));
    expect(await administrator.refusal('POST', `/v1/domains/${next.id}/vouch`, reason)).toMatchObject({
      ...{ status: 409, code: 'domain_held' },
    });
    expect(await get(made)).toMatchObject({ state: 'ready' });
    await scene.owner.delete(`/v1/domains/${made.id}`);
    await becomes(next, 'verified', other);
  });

  it('is one somebody’s when two are vouched for at once', async () => {
    const made = await claim();
    const next = await claim(made.host, other);
    const domains = platform.service.app.get(DomainsRepository);
    // The loop that looks at a claim waits for rows only.
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
    let vouching: Promise<unknown> | undefined;
    await platform.service.database.transaction(async (tx) => {
      const row = (await domains.find(tx, made.id))!;
      expect(await domains.verify(tx, row, 'vouched', new Date())).toBe(true);
      vouching = administrator.refusal('POST', `/v1/domains/${next.id}/vouch`, { reason: 'me, too' });
      await eventually(async () => expect(await platform.query(waiting)).toHaveLength(1));
    });
    expect(await vouching).toMatchObject({ status: 409, code: 'domain_held' });
  });

  it('is asked for a week, and is not refused because nobody could be asked', async () => {
    const [late, unheard] = [await claim(), await claim()];
    await eventually(async () => expect((await get(late)).checkedAt).not.toBeNull());
    zone.break(unheard.challenge.name);
    await platform.query(`update domain set claimed_at = claimed_at - interval '7 days' where id = any ($1)`, [
      [late.id, unheard.id],
    ]);
    await look(late);
    await becomes(late, 'failed');
    expect(await get(late)).toMatchObject({ cause: 'not_proven', message: expect.stringContaining('TXT') });
    await look(unheard);
    await eventually(async () => expect((await get(unheard)).message).toBe('DNS could not be asked: ESERVFAIL'));
    expect(await get(unheard)).toMatchObject({ state: 'pending' });
    zone.set(late.challenge.name, late.challenge.value);
    expect(await look(late)).toMatchObject({ state: 'pending', cause: null });
    await becomes(late, 'verified');
  });
});

it('says in the trail that somebody removed what was on its way out', async () => {
  await scene.deployLive('domains-twice');
  const made = await claim();
  await prove(made);
  await becomes(made, 'ready');
  await platform.query(`update domain set released_at = now(), released_generation = 1000000 where id = $1`, [made.id]);
  await scene.owner.delete(`/v1/domains/${made.id}`);
  const sql = `select detail ->> 'host' as host from audit_entry where action = 'domains:delete' and organization_id = $1 order by sequence`;
  expect(await platform.query(sql, [scene.organizationId])).toEqual([{ host: made.host }]);
});

describe('a claim', () => {
  it.each([
    ['*.example.com', 'host_invalid'],
    ['192.0.2.1', 'host_invalid'],
    ['shop', 'host_invalid'],
    ['berth.example', 'host_of_platform'],
    ['web.berth.example', 'host_of_platform'],
    ['web.localhost', 'host_of_platform'],
  ])('of %s is refused: %s', async (host, code) => {
    expect(await refusal(host)).toEqual({ status: 422, code, pointers: ['/host'] });
    expect(await platform.query('select from domain where workload_id = $1', [scene.id])).toEqual([]);
  });

  it('is one for each host of an organization', async () => {
    const { host } = await claim();
    expect(await refusal(host)).toEqual({ status: 409, code: 'domain_taken', pointers: ['/host'] });
  });

  it('is one of fifty at most', async () => {
    for (let made = 0; made < 50; made++) await claim();
    expect(await refusal(freshHost())).toEqual({ status: 422, code: 'too_many_domains', pointers: ['/host'] });
  });

  it('is seen by all who may read, and made and removed by developers', async () => {
    const [viewer, developer] = [await scene.member('viewer'), await scene.member('developer')];
    const body = { workloadId: scene.id, host: freshHost() };
    expect(await viewer.refusal('POST', '/v1/domains', body)).toMatchObject({ status: 403 });
    const made = await developer.post<Domain>('/v1/domains', body);
    const { items } = await viewer.get<Page<Domain>>(`/v1/domains?workload=${scene.id}`);
    expect(items.map(({ host }) => host)).toEqual([body.host]);
    expect(await viewer.refusal('DELETE', `/v1/domains/${made.id}`)).toMatchObject({ status: 403 });
    await developer.delete(`/v1/domains/${made.id}`);
    expect((await viewer.get<Page<Domain>>(`/v1/domains?workload=${scene.id}`)).items).toEqual([]);
  });
});
