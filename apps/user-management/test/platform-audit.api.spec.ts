import type { AuditEntry } from '@berth/contracts/events';
import type { AuditVerification } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let admin: string;
let person: Person;
/** Newest first, everything that was recorded so far. */
let recorded: AuditEntry[];

beforeAll(async () => {
  identity = await IdentityService.start({
    BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
  });
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
  person = await identity.person();
  await identity.organization(person.accessToken);
  const policy = { mode: 'closed', domains: [] };
  await identity.call('PUT', '/v1/admin/user-management/sign-up-policy', { token: admin, body: policy });
  recorded = await eventually(async () => {
    const all = await list();
    const [own] = await identity.database.query<{ n: number }>(
      `select count(*)::int as n from audit_entry where key = 'platform'`,
    );
    if (all.length !== own?.n || all.length < 3) throw new Error(`${all.length} of ${own?.n} are collected`);
    return all;
  });
});
afterAll(() => identity.close());

const path = '/v1/admin/user-management/audit';
const get = <Body>(rest = '', token = admin) => identity.call<Body>('GET', `${path}${rest}`, { token });
const list = async (query = '') => (await get<{ items: AuditEntry[] }>(`?limit=200${query}`)).body.items;
const verify = async () => (await get<AuditVerification>('/verification')).body.items;

describe('what was done to the platform itself', () => {
  it('is listed for administrators, and what was done in an organization is not', async () => {
    expect(recorded.map(({ organizationId }) => organizationId)).toEqual(recorded.map(() => null));
    expect(recorded.map(({ sequence }) => sequence)).toEqual(recorded.map((_, index) => recorded.length - index));
    expect(recorded.map(({ action }) => action)).toContain('sign-up:update');
    expect(recorded.map(({ action }) => action)).not.toContain('organizations:create');
  });

  it('is searched by who, what, on what and when, page by page', async () => {
    const [newest] = recorded as [AuditEntry];
    expect(await list('&action=sign-up:update')).toHaveLength(1);
    expect(await list(`&actor=${newest.actor.id}`)).toEqual(
      recorded.filter(({ actor }) => actor.id === newest.actor.id),
    );
    expect(await list(`&target=${newest.target.id}`)).toContainEqual(newest);
    expect(await list('&service=build')).toEqual([]);
    expect(await list(`&to=${newest.at}`)).toEqual(recorded.filter(({ at }) => at < newest.at));
    const first = (await get<{ items: AuditEntry[]; next: string }>('?limit=1')).body;
    const second = (await get<{ items: AuditEntry[] }>(`?limit=1&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items]).toEqual(recorded.slice(0, 2));
    expect((await get('?from=yesterday')).status).toBe(422);
  });

  it('is exported line by line, as it is listed', async () => {
    const answer = await fetch(`${identity.service.url}${path}/export?action=sign-up:update`, {
      headers: { authorization: `Bearer ${admin}` },
    });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as AuditEntry)).toEqual(await list('&action=sign-up:update'));
  });

  it('is nobody else’s to read, whatever they are in their organization', async () => {
    for (const rest of ['', '/export', '/verification'])
      expect(await get(rest, person.accessToken)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('its chain', () => {
  const place = `organization_id is null and (entry->>'sequence')::int`;
  beforeEach(() => identity.database.query('create table kept as select * from audit_trail'));
  afterEach(async () => {
    await identity.database.query('delete from audit_trail where organization_id is null');
    await identity.database.query('insert into audit_trail select * from kept where organization_id is null');
    await identity.database.query('drop table kept');
  });

  it('is whole as it was recorded, and says where it ends', async () => {
    const [{ hash, sequence }] = recorded as [AuditEntry];
    expect(await verify()).toEqual([
      { service: 'user-management', good: sequence, broken: null, head: { sequence, hash } },
    ]);
  });

  it.each([
    ['edited', `update audit_trail set entry = jsonb_set(entry, '{action}', '"x:y"') where ${place} = 2`, 2, 'changed'],
    ['deleted', `delete from audit_trail where ${place} = 2`, 2, 'missing'],
    ['cut off at its end', `delete from audit_trail where ${place} >= 2`, 2, 'truncated'],
  ])('shows where it was %s', async (_, sql, sequence, reason) => {
    await identity.database.query(sql);
    expect(await verify()).toMatchObject([{ good: sequence - 1, broken: { sequence, reason } }]);
  });
});
