import type { AuditEntry } from '@berth/contracts/events';
import type { AuditVerification } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let owner: Person;
let organizationId: string;
let headers: Record<string, string>;

beforeAll(async () => {
  identity = await IdentityService.start({ ATTEMPTS_PER_ACCOUNT: '1000' });
  owner = await identity.person();
});
afterAll(() => identity.close());

/** Five acts: the organization and four invitations, all of them collected. */
beforeEach(async () => {
  const { organization, access } = await identity.organization(owner.accessToken);
  organizationId = organization.id;
  headers = { 'berth-access': access };
  for (const email of ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'])
    await identity.call('POST', '/v1/invitations', {
      token: owner.accessToken,
      body: { organizationId, email, role: 'viewer' },
      headers,
    });
  await eventually(async () => expect(await list()).toHaveLength(5));
});

const get = <Body>(path: string, token = owner.accessToken) => identity.call<Body>('GET', path, { token, headers });
const list = async (filter = '') =>
  (await get<{ items: AuditEntry[] }>(`/v1/audit?organization=${organizationId}${filter}`)).body.items;
const verify = async () =>
  (await get<AuditVerification>(`/v1/audit/verification?organization=${organizationId}`)).body.items;
/** Of an entry in its chain. */
const place = `(entry->>'sequence')::int`;
const tamper = (sql: string, parameters: readonly unknown[] = []) =>
  identity.database.query(sql, [organizationId, ...parameters]);

describe('the audit trail', () => {
  it('is whole as it was recorded, and says where it ends', async () => {
    const [newest] = await list();
    const head = { sequence: 5, hash: newest?.hash };
    expect(await verify()).toEqual([{ service: 'user-management', good: 5, broken: null, head }]);
  });

  it.each([
    ['an entry is edited', `jsonb_set(entry, '{detail,role}', '"owner"')`, 3, 'changed'],
    ['somebody else is said to have done it', `jsonb_set(entry, '{actor,id}', '"somebody"')`, 2, 'changed'],
    ['its time is another', `jsonb_set(entry, '{at}', '"2020-01-01T00:00:00.000Z"')`, 5, 'changed'],
    ['its own hash is made anew', `jsonb_set(entry, '{hash}', '"${'0'.repeat(64)}"')`, 4, 'changed'],
  ])('shows that %s', async (_, edited, sequence, reason) => {
    await tamper(`update audit_trail set entry = ${edited} where organization_id = $1 and ${place} = $2`, [sequence]);
    expect(await verify()).toMatchObject([{ good: sequence - 1, broken: { sequence, reason } }]);
  });

  it.each([1, 3, 4])('shows that entry %i was deleted', async (sequence) => {
    await tamper(`delete from audit_trail where organization_id = $1 and ${place} = $2`, [sequence]);
    expect(await verify()).toMatchObject([{ good: sequence - 1, broken: { sequence, reason: 'missing' } }]);
  });

  it('shows that two entries changed places', async () => {
    await tamper(
      `update audit_trail set entry = jsonb_set(entry, '{sequence}', to_jsonb(5 - ${place}))
        where organization_id = $1 and ${place} in (2, 3)`,
    );
    expect(await verify()).toMatchObject([{ good: 1, broken: { sequence: 2, reason: 'changed' } }]);
  });

  it.each([5, 1])('shows that the last ones were cut off, from entry %i on', async (first) => {
    await tamper(`delete from audit_trail where organization_id = $1 and ${place} >= $2`, [first]);
    expect(await verify()).toMatchObject([{ good: first - 1, broken: { sequence: first, reason: 'truncated' } }]);
  });

  it('shows that an entry was put in twice', async () => {
    await tamper(
      `insert into audit_trail (entry_id, organization_id, entry)
       select gen_random_uuid(), organization_id, entry from audit_trail where organization_id = $1 and ${place} = 2`,
    );
    expect(await verify()).toMatchObject([{ good: 2, broken: { sequence: 3, reason: 'missing' } }]);
  });

  it('is searched by who, what, on what and when', async () => {
    const [newest, ...older] = await list();
    expect(await list('&action=organizations:create')).toHaveLength(1);
    expect(await list(`&actor=${newest?.actor.id}`)).toHaveLength(5);
    expect(await list('&actor=somebody')).toEqual([]);
    expect(await list(`&target=${newest?.target.id}`)).toEqual([newest]);
    expect(await list('&service=build')).toEqual([]);
    expect(await list(`&to=${newest?.at}`)).toEqual(older.filter(({ at }) => at < (newest?.at ?? '')));
    expect(await list(`&from=${newest?.at}`)).toContainEqual(newest);
    expect((await get(`/v1/audit?organization=${organizationId}&from=yesterday`)).status).toBe(422);
  });

  it('is exported line by line, as it is listed', async () => {
    const answer = await fetch(`${identity.service.url}/v1/audit/export?organization=${organizationId}`, {
      headers: { authorization: `Bearer ${owner.accessToken}` },
    });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as AuditEntry)).toEqual(await list());
  });

  it('is nobody else’s to read', async () => {
    const stranger = await identity.person();
    for (const path of ['', '/export', '/verification']) {
      const answer = await get(`/v1/audit${path}?organization=${organizationId}`, stranger.accessToken);
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});
