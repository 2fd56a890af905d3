import type { Domain } from '@berth/contracts/deployment';
import type { DataOf, DomainAttachment, domainAttached } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { Zone } from './fixtures/zone.js';

let zone: Zone;
let platform: Platform;
let scene: Scene;
let administrator: Client;
beforeAll(async () => {
  zone = await Zone.start();
  platform = await Platform.start({ environment: { DNS_SERVERS: zone.address } });
  administrator = platform.client(await platform.identity.token({ administrator: true }));
});
beforeEach(async () => (scene = await Scene.make(platform)));
afterAll(async () => {
  await platform.close();
  await zone.close();
});

let hosts = 0;
const claim = (host = `used${++hosts}.example.com`, of = scene) =>
  of.owner.post<Domain>('/v1/domains', { workloadId: of.id, host });
const prove = async (domain: Domain, of = scene) => {
  zone.set(domain.challenge.name, domain.challenge.value);
  await of.owner.post(`/v1/domains/${domain.id}/verify`);
  await eventually(async () =>
    expect((await of.owner.get<Domain>(`/v1/domains/${domain.id}`)).verifiedAt).not.toBeNull(),
  );
};
const isLost = ({ id }: Domain) =>
  eventually(async () => expect(await scene.owner.get<Domain>(`/v1/domains/${id}`)).toMatchObject({ cause: 'lost' }));
const snapshots = () => administrator.post('/v1/admin/deployment-management/snapshots', { aggregate: 'domain' });

/** What its usage follows from: each event, and the attachment that it states. */
async function attachmentsOf({ id }: Domain): Promise<[string, DomainAttachment | undefined][]> {
  const events = await platform.events(id);
  return events
    .filter(({ type }) => type.startsWith('berth.domain.'))
    .map(({ type, data }) => [type.split('.')[2] ?? '', (data as DataOf<typeof domainAttached>).attachment]);
}

const ENDED = { from: expect.any(String), to: expect.any(String) };

describe('the usage of a domain follows from events that', () => {
  it('state since when it is attached, and when it was removed', async () => {
    const made = await claim();
    await prove(made);
    const { verifiedAt } = await scene.owner.get<Domain>(`/v1/domains/${made.id}`);
    await scene.owner.delete(`/v1/domains/${made.id}`);
    const told = await attachmentsOf(made);
    expect(told).toEqual([
      ['attached', { number: 1, from: verifiedAt, to: null }],
      ['removed', { number: 1, from: verifiedAt, to: expect.any(String) }],
    ]);
    expect(Date.parse(told[1]?.[1]?.to ?? '')).toBeGreaterThanOrEqual(Date.parse(verifiedAt ?? ''));
  });

  it('count it anew when it was lost and is proven again', async () => {
    const other = await Scene.make(platform);
    const made = await claim();
    await prove(made);
    const next = await claim(made.host, other);
    await prove(next, other);
    await isLost(made);
    await other.owner.delete(`/v1/domains/${next.id}`);
    await prove(made);
    expect(await attachmentsOf(made)).toMatchObject([
      ['attached', { number: 1, to: null }],
      ['removed', { number: 1, ...ENDED }],
      ['attached', { number: 2, to: null }],
    ]);
  });

  it('end it with its workload', async () => {
    const made = await claim();
    await prove(made);
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    await eventually(async () =>
      expect(await attachmentsOf(made)).toMatchObject([
        ['attached', { number: 1, to: null }],
        ['removed', { number: 1, ...ENDED }],
      ]),
    );
  });

  it('state it again on command, and nothing of what was never attached', async () => {
    const other = await Scene.make(platform);
    const [held, lost, asked] = [await claim(), await claim(), await claim()];
    await prove(held);
    await prove(lost);
    await prove(await claim(lost.host, other), other);
    await isLost(lost);
    await snapshots();
    expect((await attachmentsOf(held)).at(-1)).toMatchObject(['snapshot', { number: 1, to: null }]);
    expect((await attachmentsOf(lost)).at(-1)).toMatchObject(['snapshot', { number: 1, ...ENDED }]);
    expect(await attachmentsOf(asked)).toEqual([]);
  });

  it('count what a replica attached that did not count yet', async () => {
    const made = await claim();
    await prove(made);
    const { verifiedAt } = await scene.owner.get<Domain>(`/v1/domains/${made.id}`);
    await platform.query('update domain set attachment = 0, attached_at = null where id = $1', [made.id]);
    await snapshots();
    await scene.owner.delete(`/v1/domains/${made.id}`);
    const [, ...since] = await attachmentsOf(made);
    expect(since).toEqual([
      ['snapshot', { number: 1, from: verifiedAt, to: null }],
      ['removed', { number: 1, from: verifiedAt, to: expect.any(String) }],
    ]);
  });

  it('say nothing of the time before the epoch of a restored database', async () => {
    const made = await claim();
    await prove(made);
    const beganAt = new Date(Date.now() + 60_000).toISOString();
    await platform.query('update producer_epoch set epoch = 7, began_at = $1', [beganAt]);
    await snapshots();
    await scene.owner.delete(`/v1/domains/${made.id}`);
    const [, ...since] = await attachmentsOf(made);
    expect(since).toEqual([
      ['snapshot', { number: 1, from: beganAt, to: null }],
      ['removed', { number: 1, from: beganAt, to: beganAt }],
    ]);
    await platform.query('update producer_epoch set epoch = 0, began_at = null');
  });
});
