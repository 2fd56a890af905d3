import { randomBytes } from 'node:crypto';
import type { DnsRecord, DnsZone, Domain } from '@berth/contracts/deployment';
import { createLogger, Keyring, SealedRows } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sealedDnsKeys } from '../src/dns-zones/dns-keys.js';
import { DNS_PROVIDER, ZoneTrouble } from '../src/dns-zones/dns-provider.js';
import { DNS_ZONES } from '../src/dns-zones/dns-zone-queue.js';
import type { Client } from './fixtures/client.js';
import { FakeDns } from './fixtures/fake-dns.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, type TestCluster } from './fixtures/second-cluster.js';
import type { Page } from './fixtures/types.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
const dns = new FakeDns();
const secret = Buffer.from('open sesame, this is the key').toString('base64');
let platform: Platform;
let administrator: Client;
let scene: Scene;
let lost: TestCluster;
let berlin: TestCluster;
let zone: DnsZone;
let host: string;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: [...clusters.overrides, [DNS_PROVIDER, dns]] });
  clusters.watch(platform);
  administrator = platform.client(await platform.identity.token({ administrator: true }));
});
afterAll(() => platform.close());
/** A shop with a host of its own, live on a cluster, in a zone that was handed over. */
beforeEach(async () => {
  dns.trouble = null;
  scene = await Scene.make(platform);
  const region = `r${++number}`;
  lost = await clusters.register(`lost-${number}`, region);
  berlin = await clusters.register(`berlin-${number}`, region);
  await platform.query('update environment set regions = $2 where id = $1', [scene.environment.id, [region]]);
  await reachedAt(lost, '192.0.2.10');
  await reachedAt(berlin, '192.0.2.20');
  await scene.deployLive(`shop-${number}`);
  await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: lost.name, drainSeconds: 0 });
  await eventually(async () => expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active' }), patient);
  const [name, key] = [`shop${number}.example`, { name: 'key', secret }];
  const body = { organizationId: scene.organizationId, name, servers: ['9.9.9.9'], key };
  zone = await scene.owner.post<DnsZone>('/v1/dns-zones', body);
  host = `www.${name}`;
  const domain = await scene.owner.post<Domain>('/v1/domains', { workloadId: scene.id, host });
  await administrator.post(`/v1/domains/${domain.id}/vouch`, { reason: 'There is no DNS here.' });
  await eventuallyLive('192.0.2.10');
});

const reachedAt = ({ id }: TestCluster, ...address: string[]) =>
  administrator.put(`/v1/clusters/${id}/address`, { address });
const record = async () =>
  (await scene.owner.get<Page<DnsRecord>>(`/v1/dns-zones/${zone.id}/records`)).items.find((each) => each.host === host);
const eventuallyLive = (...to: string[]) =>
  eventually(async () => {
    expect(await record()).toMatchObject({ state: 'live', values: to.map((data) => ({ data })) });
    expect(dns.leadsTo(host)).toEqual(to);
  }, patient);

describe('the record of a host', () => {
  it('follows a move when the workload has arrived, and not before', async () => {
    berlin.world.setDown(true);
    await scene.owner.post(`/v1/workloads/${scene.id}/move`, { cluster: berlin.name, drainSeconds: 0 });
    await clusters.lookAnew(DNS_ZONES, [zone.id]);
    await eventually(async () => {
      expect(await placementsOf(scene)).toEqual({ [lost.name]: 'active', [berlin.name]: 'arriving' });
    }, patient);
    expect(dns.leadsTo(host)).toEqual(['192.0.2.10']);
    berlin.world.setDown(false);
    await eventuallyLive('192.0.2.20');
  });

  it('follows a failover to the cluster that serves', async () => {
    await scene.owner.put(`/v1/environments/${scene.environment.id}/failover`, { afterSeconds: 600 });
    await clusters.goes(lost);
    await eventually(async () => {
      await clusters.timePasses();
      expect(await placementsOf(scene)).toEqual({ [lost.name]: 'draining', [berlin.name]: 'active' });
    }, patient);
    await eventuallyLive('192.0.2.20');
    await clusters.returns(lost);
  });

  it('names all places of a workload that stands in several', async () => {
    await scene.owner.post(`/v1/workloads/${scene.id}/placements`, { cluster: berlin.name, counts: { web: 1 } });
    await eventuallyLive('192.0.2.10', '192.0.2.20');
    await scene.owner.delete(`/v1/workloads/${scene.id}/placements/${berlin.name}?drainSeconds=0`);
    await eventuallyLive('192.0.2.10');
  });

  it('is known of before it is written, so that it goes although nobody saw it arrive', async () => {
    dns.trouble = new ZoneTrouble('Unreachable', 'It is away.');
    const other = `other.${zone.name}`;
    const { id } = await scene.owner.post<Domain>('/v1/domains', { workloadId: scene.id, host: other });
    await administrator.post(`/v1/domains/${id}/vouch`, { reason: 'There is no DNS here.' });
    const rows = () => platform.query<{ host: string }>('select host from dns_record where host = $1', [other]);
    await eventually(async () => expect(await rows()).toHaveLength(1), patient);
    // As if the pass had been killed between its update and what it would have reported.
    dns.records.set(other, [{ type: 'A', data: '192.0.2.10' }]);
    await scene.owner.delete(`/v1/domains/${id}`);
    dns.trouble = null;
    await eventually(async () => {
      await clusters.lookAnew(DNS_ZONES, [zone.id]);
      expect(await rows()).toEqual([]);
    }, patient);
    expect(dns.leadsTo(other)).toBeUndefined();
  });

  it('goes with its workload', async () => {
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () => expect(await record()).toBeUndefined(), patient);
    expect(dns.leadsTo(host)).toBeUndefined();
  });
});

it('the secret of a key needs no former key when the keys were changed', async () => {
  const [old, current] = [Buffer.from(platform.environment['KEY_ENCRYPTION_KEY'] ?? '', 'base64'), randomBytes(32)];
  const keys = { config: { ROLE: 'worker' as const }, keyring: new Keyring([current, old]) };
  // The other zones are left to the platform, which has the former key alone.
  await platform.query('delete from dns_zone where id <> $1', [zone.id]);
  const { database } = platform.service;
  const rows = new SealedRows({ ...keys, columns: [sealedDnsKeys] }, database, createLogger('test', 'silent'));
  await rows.onApplicationBootstrap();
  const [row] = await platform.query<{ sealed: Buffer }>('select sealed from dns_zone where id = $1', [zone.id]);
  expect(new Keyring([current]).openText(`dns-zone/${zone.id}`, row?.sealed ?? Buffer.alloc(0))).toBe(secret);
  await platform.query('delete from dns_zone');
});
