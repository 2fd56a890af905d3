import type { DnsRecord, DnsZone, Domain } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withValue } from '../src/dns-zones/rfc2136/update-message.js';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import type { Client } from './fixtures/client.js';
import { TestDnsServer } from './fixtures/dns-server.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, type TestCluster } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const zoneName = 'apps.example';
const clusters = new WatchedClusters();
let platform: Platform;
let administrator: Client;
let server: TestDnsServer;
let scene: Scene;
let lost: TestCluster;
let berlin: TestCluster;
let zone: DnsZone | undefined;
let number = 0;

beforeAll(async () => {
  const environment = { PLATFORM_DOMAIN: zoneName, RESYNC_SECONDS: '1', PRIVATE_DNS: 'true' };
  platform = await Platform.start({ overrides: clusters.overrides, environment });
  clusters.watch(platform);
  administrator = platform.client(await platform.identity.token({ administrator: true }));
  server = await TestDnsServer.start('bind', zoneName);
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  const region = `r${++number}`;
  lost = await clusters.register(`lost-${number}`, region);
  berlin = await clusters.register(`berlin-${number}`, region);
  await platform.query('update environment set regions = $2 where id = $1', [scene.environment.id, [region]]);
  await reachedAt(lost, '192.0.2.10');
  await reachedAt(berlin, '192.0.2.20', '2001:db8::20');
});
/** The server is there for all: each hands its zone over and takes it back. */
afterEach(async () => {
  const mine = zone;
  zone = undefined;
  if (!mine) return;
  await administrator.delete(`/v1/dns-zones/${mine.id}`);
  await eventually(async () => {
    expect(await administrator.refusal('GET', `/v1/dns-zones/${mine.id}`)).toMatchObject({ status: 404 });
  }, patient);
});
afterAll(async () => {
  await server.close();
  await platform.close();
});

const reachedAt = ({ id }: Pick<TestCluster, 'id'>, ...address: string[]) =>
  administrator.put(`/v1/clusters/${id}/address`, { address });

const handOver = async (more: object = {}, by = administrator) => {
  const { name, algorithm, secret } = server.key;
  const key = { name, algorithm, secret: secret.toString('base64') };
  const body = { organizationId: null, name: zoneName, servers: [server.address], key, ttlSeconds: 1, ...more };
  zone = await by.post<DnsZone>('/v1/dns-zones', body);
  return zone;
};
const host = async () =>
  (await platform.query<{ host: string }>('select host from workload where id = $1', [scene.id]))[0]?.host ?? '';
const records = async (by = administrator) =>
  (await by.get<Page<DnsRecord>>(`/v1/dns-zones/${zone?.id}/records`)).items;
const recordOf = async (name: string, by = administrator) => (await records(by)).find((each) => each.host === name);
const eventuallyLeads = (name: string, ...to: string[]) =>
  eventually(async () => {
    await clusters.lookAnew('dns-zones', [zone?.id ?? '']);
    expect(await server.leadsTo(name)).toEqual(to);
    expect(await recordOf(name)).toMatchObject({ state: 'live', cause: null, message: null });
  }, patient);
const stand = async (name: string) => {
  await scene.deployLive(name);
  await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: lost.name, drainSeconds: 0 });
  await eventually(async () => expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' }), patient);
};

describe('a zone of the platform', () => {
  it('leads the host of a workload to where it stands, and nowhere when it is deleted', async () => {
    await handOver();
    await stand('one');
    const name = await host();
    await eventuallyLeads(name, 'A 192.0.2.10');
    expect((await server.answer(name)).marks).toEqual([`berth-zone=${zone?.id}`]);
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await server.answer(name)).toEqual({ values: [], marks: [] }), patient);
    await eventually(async () => expect(await recordOf(name)).toBeUndefined(), patient);
  });

  it('follows a move, and a cluster that is reached elsewhere', async () => {
    await handOver();
    await stand('moves');
    const name = await host();
    await eventuallyLeads(name, 'A 192.0.2.10');
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 0 });
    await eventuallyLeads(name, 'A 192.0.2.20', 'AAAA 2001:db8::20');
    await reachedAt(berlin, 'gate.berlin.example.net');
    await eventuallyLeads(name, 'CNAME gate.berlin.example.net');
  });

  it('follows a failover to the cluster that serves, and stays there when the lost one returns', async () => {
    await handOver();
    await stand('fails-over');
    const name = await host();
    await eventuallyLeads(name, 'A 192.0.2.10');
    await scene.owner.put(`/v1/environments/${scene.environment.id}/failover`, { afterSeconds: 600 });
    await clusters.goes(lost);
    await eventually(async () => {
      await clusters.timePasses();
      expect(await placementsOf(scene)).toEqual({ [lost.name]: 'draining', [berlin.name]: 'active' });
    }, patient);
    await eventuallyLeads(name, 'A 192.0.2.20', 'AAAA 2001:db8::20');
    await clusters.returns(lost);
    await eventually(async () => {
      const drained = `update placement set drain_until = now() where workload_id = $1 and state = 'draining'`;
      await platform.query(drained, [scene.id]);
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await placementsOf(scene)).toEqual({ [berlin.name]: 'active' });
    }, patient);
    await eventuallyLeads(name, 'A 192.0.2.20', 'AAAA 2001:db8::20');
  });

  it('mends what somebody changed, and keeps what somebody else has', async () => {
    await handOver();
    await stand('drifts');
    const name = await host();
    await eventuallyLeads(name, 'A 192.0.2.10');
    await server.edit(withValue(name, { type: 'A', data: '192.0.2.66' }, 1));
    await eventuallyLeads(name, 'A 192.0.2.10');
    const theirs = `theirs.${zoneName}`;
    await attach(theirs, false);
    await eventually(async () => {
      expect(await recordOf(theirs)).toMatchObject({ state: 'refused', cause: 'foreign' });
    }, patient);
    expect(await server.leadsTo(theirs)).toEqual(['A 192.0.2.99']);
  });

  it('says where it does not know where to lead, and leads there as soon as it does', async () => {
    await handOver();
    await stand('unknown');
    await reachedAt(lost);
    const name = await host();
    await eventually(async () => {
      expect(await recordOf(name)).toMatchObject({ state: 'pending', cause: 'no_address' });
    }, patient);
    expect((await recordOf(name))?.message).toContain(lost.name);
    await reachedAt(lost, '192.0.2.11');
    await eventuallyLeads(name, 'A 192.0.2.11');
  });
});

/** Below the platform's own domain nobody attaches anything: as if it were elsewhere. */
async function attach(name: string, isAsked = true): Promise<string> {
  const wish = { workloadId: scene.id, host: isAsked ? name : 'placeholder.example.com' };
  const { id } = await scene.owner.post<Domain>('/v1/domains', wish);
  if (!isAsked) await platform.query('update domain set host = $2 where id = $1', [id, name]);
  await administrator.post(`/v1/domains/${id}/vouch`, { reason: 'A test has no public DNS.' });
  return id;
}

describe('a zone of an organization', () => {
  let shop: TestDnsServer;
  beforeAll(async () => {
    shop = await TestDnsServer.start('knot', 'shop.example');
  });
  afterAll(() => shop.close());
  const key = () => ({ ...shop.key, secret: shop.key.secret.toString('base64') });
  const readied = (status: string, reason: string) =>
    eventually(async () => {
      const { conditions } = await scene.owner.get<DnsZone>(`/v1/dns-zones/${zone?.id}`);
      expect(conditions).toMatchObject([{ type: 'Ready', status, reason }]);
    }, patient);

  it('leads a proven domain to its workload from when it is attached until it is removed', async () => {
    const body = { organizationId: scene.organizationId, name: 'shop.example', servers: [shop.address], key: key() };
    await handOver(body, scene.owner);
    await stand('shop');
    const id = await attach('www.shop.example');
    await eventually(async () => expect(await shop.leadsTo('www.shop.example')).toEqual(['A 192.0.2.10']), patient);
    await eventually(async () => {
      expect(await recordOf('www.shop.example', scene.owner)).toMatchObject({ state: 'live' });
    }, patient);
    expect(await records(scene.owner)).toHaveLength(1);
    await scene.owner.delete(`/v1/domains/${id}`);
    await eventually(async () => expect(await records(scene.owner)).toEqual([]), patient);
    expect(await shop.answer('www.shop.example')).toEqual({ values: [], marks: [] });
    await scene.owner.delete(`/v1/dns-zones/${zone?.id}`);
    await eventually(async () => {
      expect(await scene.owner.refusal('GET', `/v1/dns-zones/${zone?.id}`)).toMatchObject({ status: 404 });
    }, patient);
    zone = undefined;
  });

  it('says what is wrong with its key, its name and its server, and is ready when that is mended', async () => {
    const wrong = { ...key(), secret: Buffer.alloc(32).toString('base64') };
    const body = { organizationId: scene.organizationId, name: 'shop.example', servers: [shop.address], key: wrong };
    await handOver(body, scene.owner);
    await readied('false', 'BadSignature');
    const path = `/v1/dns-zones/${zone?.id}`;
    await scene.owner.patch(path, { key: { ...key(), name: 'other-key' } });
    await readied('false', 'BadKey');
    await scene.owner.patch(path, { key: key(), servers: ['127.0.0.1:1'] });
    await readied('false', 'Unreachable');
    await scene.owner.patch(path, { servers: [shop.address] });
    await readied('true', 'TakesUpdates');
    await scene.owner.delete(path);
    zone = undefined;
  });
});
