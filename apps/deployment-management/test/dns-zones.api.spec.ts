import { randomUUID } from 'node:crypto';
import type { Cluster, DnsRecord, DnsZone, Domain } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import { DNS_PROVIDER, ZoneTrouble } from '../src/dns-zones/dns-provider.js';
import { MOST_DNS_ZONES } from '../src/dns-zones/dns-zone.js';
import { OrganizationEnd } from '../src/organizations/organization-end.js';
import type { Client } from './fixtures/client.js';
import { FakeDns } from './fixtures/fake-dns.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import type { Page } from './fixtures/types.js';

const path = '/v1/dns-zones';
const patient = { within: 60_000 };
const secret = Buffer.from('open sesame, this is the key').toString('base64');
const key = { name: 'berth-key', algorithm: 'hmac-sha256', secret };
const dns = new FakeDns();
let platform: Platform;
let administrator: Client;
let scene: Scene;
let number = 0;
let name = '';

beforeAll(async () => {
  platform = await Platform.start({ overrides: [[DNS_PROVIDER, dns]] });
  administrator = platform.client(await platform.identity.token({ administrator: true }));
  await administrator.put(`/v1/clusters/${OWN_CLUSTER_ID}/address`, { address: ['192.0.2.1'] });
});
afterAll(() => platform.close());
beforeEach(async () => {
  dns.trouble = null;
  name = `zone${++number}.example`;
  scene = await Scene.make(platform);
});

const body = (more: object = {}) => ({
  ...{ organizationId: scene.organizationId, name, servers: ['9.9.9.9', '[2620:fe::fe]:5353'], key },
  ...more,
});
const handOver = (more: object = {}, by = scene.owner) => by.post<DnsZone>(path, body(more));
const get = (id: string) => scene.owner.get<DnsZone>(`${path}/${id}`);
const records = async (id: string) => (await scene.owner.get<Page<DnsRecord>>(`${path}/${id}/records`)).items;
const attach = async (host: string, more: object = {}) => {
  const domain = await scene.owner.post<Domain>('/v1/domains', { workloadId: scene.id, host, ...more });
  await administrator.post(`/v1/domains/${domain.id}/vouch`, { reason: 'There is no DNS here.' });
  return domain;
};
const eventuallyStates = (id: string, expected: Record<string, DnsRecord['state']>) =>
  eventually(async () => {
    expect(Object.fromEntries((await records(id)).map(({ host, state }) => [host, state]))).toEqual(expected);
  }, patient);
const isGone = (id: string, by = scene.owner) =>
  eventually(async () => expect(await by.refusal('GET', `${path}/${id}`)).toMatchObject({ status: 404 }), patient);

describe('a zone that is handed over', () => {
  it('is shown without the secret of its key, which is nowhere but sealed', async () => {
    const made = await handOver();
    expect(made).toEqual({
      ...{ id: made.id, organizationId: scene.organizationId, name, servers: ['9.9.9.9', '[2620:fe::fe]:5353'] },
      ...{ key: { name: 'berth-key', algorithm: 'hmac-sha256' }, ttlSeconds: 60, conditions: [], deletedAt: null },
      ...{ createdBy: expect.any(String), createdAt: expect.any(String) },
    });
    await eventually(async () => {
      expect((await get(made.id)).conditions).toMatchObject([
        { type: 'Ready', status: 'true', reason: 'TakesUpdates' },
      ]);
    }, patient);
    expect(dns.secrets).toContain(secret);
    const [row] = await platform.query<{ text: string }>('select z::text as text from dns_zone z where id = $1', [
      made.id,
    ]);
    expect(row?.text).not.toContain(secret);
    expect(platform.answers.join()).not.toContain(secret);
    const { items } = await scene.owner.get<Page<DnsZone>>(`${path}?organization=${scene.organizationId}`);
    expect(items.map(({ id }) => id)).toEqual([made.id]);
  });

  it('has a record of each proven domain in it, and of no other', async () => {
    const { id } = await handOver();
    const { id: domainId } = await attach(`www.${name}`);
    await attach(`not${name}`);
    await scene.owner.post('/v1/domains', { workloadId: scene.id, host: `claimed.${name}` });
    await eventuallyStates(id, { [`www.${name}`]: 'live' });
    expect(dns.leadsTo(`www.${name}`)).toEqual(['192.0.2.1']);
    expect(await records(id)).toEqual([
      {
        ...{ host: `www.${name}`, values: [{ type: 'A', data: '192.0.2.1' }], state: 'live', cause: null },
        ...{ message: null, liveAt: expect.any(String) },
      },
    ]);
    await scene.owner.delete(`/v1/domains/${domainId}`);
    await eventuallyStates(id, {});
    expect(dns.leadsTo(`www.${name}`)).toBeUndefined();
  });

  it('leaves hosts to a zone of the same owner that lies in it', async () => {
    const { id: outer } = await handOver();
    const { id: inner } = await handOver({ name: `shop.${name}` });
    await attach(`www.shop.${name}`);
    await attach(`www.${name}`);
    await eventuallyStates(outer, { [`www.${name}`]: 'live' });
    await eventuallyStates(inner, { [`www.shop.${name}`]: 'live' });
  });

  it('is written again with what was changed of it', async () => {
    const { id } = await handOver();
    const changed = Buffer.from('another secret of the key').toString('base64');
    const next = { servers: ['1.1.1.1'], key: { ...key, secret: changed }, ttlSeconds: 300 };
    expect(await scene.owner.patch(`${path}/${id}`, next)).toMatchObject({ servers: ['1.1.1.1'], ttlSeconds: 300 });
    await eventually(() => expect(dns.secrets.at(-1)).toBe(changed), patient);
    const audit = await platform.query<{ action: string; detail: object }>(
      `select action, detail from audit_entry where target->>'id' = $1 order by sequence`,
      [id],
    );
    expect(audit.map(({ action }) => action)).toEqual(['dns-zones:create', 'dns-zones:update']);
    expect(JSON.stringify(audit)).not.toContain(changed);
  });

  it('says why nothing can be written, and what is somebody else’s', async () => {
    dns.trouble = new ZoneTrouble('BadKey', 'It knows no such key.');
    dns.foreign.add(`theirs.${name}`);
    const { id } = await handOver();
    await attach(`theirs.${name}`);
    await eventually(async () => {
      expect((await get(id)).conditions).toMatchObject([{ status: 'false', reason: 'BadKey' }]);
    }, patient);
    await eventuallyStates(id, { [`theirs.${name}`]: 'pending' });
    dns.trouble = null;
    await scene.owner.patch(`${path}/${id}`, { ttlSeconds: 61 });
    await eventuallyStates(id, { [`theirs.${name}`]: 'refused' });
    expect(await records(id)).toMatchObject([{ cause: 'foreign', message: 'It is somebody else’s.' }]);
    expect((await get(id)).conditions).toMatchObject([{ status: 'true' }]);
  });

  it('goes when its records are gone, or at once by force', async () => {
    const { id } = await handOver();
    await attach(`www.${name}`);
    await eventuallyStates(id, { [`www.${name}`]: 'live' });
    dns.trouble = new ZoneTrouble('Unreachable', 'It is away.');
    await scene.owner.delete(`${path}/${id}`);
    await eventuallyStates(id, { [`www.${name}`]: 'leaving' });
    expect((await get(id)).deletedAt).not.toBeNull();
    dns.trouble = null;
    await scene.owner.patch(`${path}/${id}`, { ttlSeconds: 61 });
    await isGone(id);
    expect(dns.leadsTo(`www.${name}`)).toBeUndefined();
    dns.trouble = new ZoneTrouble('Unreachable', 'It is away.');
    const { id: stuck } = await handOver();
    await scene.owner.delete(`${path}/${stuck}?force=true`);
    expect(await scene.owner.refusal('GET', `${path}/${stuck}`)).toMatchObject({ status: 404 });
  });

  it('goes with its organization', async () => {
    const { id } = await handOver();
    const { app, database } = platform.service;
    await database.transaction((tx) => app.get(OrganizationEnd, { strict: false }).end(tx, scene.organizationId));
    await eventually(async () => {
      expect(await platform.query('select from dns_zone where id = $1', [id])).toEqual([]);
    }, patient);
  });

  it.each([
    ['a name that is none', { name: 'Example.com.' }, '/name'],
    ['no server', { servers: [] }, '/servers'],
    ['a server by name', { servers: ['ns.example.com'] }, '/servers/0'],
    ['a port that is none', { servers: ['9.9.9.9', '9.9.9.9:70000'] }, '/servers/1'],
    ['an algorithm that is broken', { key: { ...key, algorithm: 'hmac-md5' } }, '/key/algorithm'],
    ['a secret that is no base64', { key: { ...key, secret: 'open sesame!!!!!' } }, '/key/secret'],
    ['a server of our own network', { servers: ['9.9.9.9', '10.0.0.1:53'] }, '/servers/1'],
  ])('is not taken with %s', async (_, more, pointer) => {
    expect(await scene.owner.refusal('POST', path, body(more))).toMatchObject({ status: 422, pointers: [pointer] });
    expect(await platform.query('select from dns_zone where organization_id = $1', [scene.organizationId])).toEqual([]);
  });

  it('is one of its name, and not without end', async () => {
    await handOver();
    expect(await scene.owner.refusal('POST', path, body())).toMatchObject({ status: 409, code: 'dns_zone_taken' });
    for (let index = 1; index < MOST_DNS_ZONES; index++) await handOver({ name: `n${index}.${name}` });
    expect(await scene.owner.refusal('POST', path, body({ name: `more.${name}` }))).toMatchObject({
      ...{ status: 409, code: 'too_many_dns_zones' },
    });
  });

  it('is no other organization’s, and that of the platform no organization’s', async () => {
    const { id } = await handOver();
    const stranger = await Scene.make(platform);
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '/records'],
      ['PATCH', ''],
      ['DELETE', ''],
    ] as const)
      expect(
        await stranger.owner.refusal(method, `${path}/${id}${rest}`, method === 'PATCH' ? {} : undefined),
      ).toMatchObject({
        status: 404,
      });
    expect(await scene.owner.refusal('POST', path, body({ organizationId: null }))).toMatchObject({ status: 403 });
    expect(await scene.owner.refusal('GET', path)).toMatchObject({ status: 403 });
    const own = await handOver({ organizationId: null, servers: ['10.0.0.1'] }, administrator);
    const { items } = await administrator.get<Page<DnsZone>>(path);
    expect(items.map((each) => each.id)).toContain(own.id);
    await administrator.delete(`${path}/${own.id}`);
    await isGone(own.id, administrator);
  });
});

describe('the address of a cluster', () => {
  const put = (address: unknown) => administrator.put<Cluster>(`/v1/clusters/${OWN_CLUSTER_ID}/address`, { address });

  it('is what records say from when it is changed', async () => {
    const { id } = await handOver();
    await attach(`www.${name}`);
    await eventuallyStates(id, { [`www.${name}`]: 'live' });
    expect((await put(['gate.example.net'])).address).toEqual(['gate.example.net']);
    await eventually(() => expect(dns.leadsTo(`www.${name}`)).toEqual(['gate.example.net']), patient);
    await put([]);
    await eventually(async () => {
      expect(await records(id)).toMatchObject([{ state: 'pending', cause: 'no_address' }]);
    }, patient);
    expect(dns.leadsTo(`www.${name}`)).toEqual(['gate.example.net']);
    await put(['192.0.2.1']);
    await eventually(() => expect(dns.leadsTo(`www.${name}`)).toEqual(['192.0.2.1']), patient);
  });

  it.each([
    ['what is neither', ['not a name'], '/address/0'],
    ['a name beside others', ['gate.example.net', '192.0.2.1'], '/address'],
  ])('is not %s', async (_, address, pointer) => {
    const url = `/v1/clusters/${OWN_CLUSTER_ID}/address`;
    expect(await administrator.refusal('PUT', url, { address })).toMatchObject({ status: 422, pointers: [pointer] });
  });

  it('is said by administrators, of clusters that there are', async () => {
    const url = `/v1/clusters/${OWN_CLUSTER_ID}/address`;
    expect(await scene.owner.refusal('PUT', url, { address: [] })).toMatchObject({ status: 403 });
    const none = `/v1/clusters/${randomUUID()}/address`;
    expect(await administrator.refusal('PUT', none, { address: [] })).toMatchObject({ status: 404 });
  });
});
