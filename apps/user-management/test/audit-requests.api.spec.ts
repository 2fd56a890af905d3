import { randomUUID } from 'node:crypto';
import type { AuditEntryView, AuditVerification, Session } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditVerifier } from '../src/audit/audit-verifier.js';
import { IdentityService, type Person } from './fixtures/identity-service.js';

const environment = { TRUSTED_PROXIES: '127.0.0.1', ACCESS_STALE_SECONDS: '1e9', ACCOUNT_GRACE_DAYS: '0.00003' };
const from = (address: string, correlation = randomUUID()) => ({
  'x-forwarded-for': address,
  'x-correlation-id': correlation,
});

let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start(environment);
});
afterAll(() => identity.close());

const founded = async (person: Person, headers: Record<string, string>) => {
  const body = { slug: `o-${randomUUID().slice(0, 8)}` };
  const answer = await identity.call<{ id: string }>('POST', '/v1/organizations', {
    ...{ token: person.accessToken, body, headers },
  });
  expect(answer.status).toBe(201);
  return answer.body.id;
};
const list = async (token: string, query: string) =>
  (await identity.call<{ items: AuditEntryView[] }>('GET', `/v1/audit?${query}`, { token })).body.items;
const collected = (token: string, query: string) =>
  eventually(async () => {
    const items = await list(token, query);
    expect(items).toHaveLength(1);
    return items[0] as AuditEntryView;
  });
const verified = async (token: string, organizationId: string) => {
  const path = `/v1/audit/verification?organization=${organizationId}`;
  return (await identity.call<AuditVerification>('GET', path, { token })).body.items;
};
const sessionOf = async (token: string) => {
  const { items } = (await identity.call<{ items: Session[] }>('GET', '/v1/sessions', { token })).body;
  return items.find(({ current }) => current)?.id;
};

describe('an entry of the audit trail says by what it was asked for', () => {
  let owner: Person;
  let organizationId: string;
  let entry: AuditEntryView;
  const headers = from('198.51.100.7');

  beforeAll(async () => {
    owner = await identity.person();
    organizationId = await founded(owner, headers);
    entry = await collected(owner.accessToken, `organization=${organizationId}`);
  });

  it('session, address and correlation id, and proves itself with them', async () => {
    expect(entry).toMatchObject({
      address: '198.51.100.7',
      detail: {
        request: {
          sessionId: await sessionOf(owner.accessToken),
          correlationId: headers['x-correlation-id'],
          addressDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    });
    expect(await verified(owner.accessToken, organizationId)).toMatchObject([{ good: 1, broken: null }]);
  });

  it('and is found by each of them, or by its own id', async () => {
    const { request } = entry.detail;
    for (const query of [
      `session=${request?.sessionId}`,
      `correlation=${request?.correlationId}`,
      `entry=${entry.entryId}`,
    ])
      expect(await list(owner.accessToken, `organization=${organizationId}&${query}`)).toEqual([entry]);
    for (const query of ['session=another', 'correlation=another', `entry=${randomUUID()}`, 'entry=1'])
      expect(await list(owner.accessToken, `organization=${organizationId}&${query}`)).toEqual([]);
  });

  it('an API token, where it was asked for with one', async () => {
    const made = await identity.call<{ id: string; token: string }>('POST', '/v1/api-tokens', {
      token: owner.accessToken,
      body: { name: 'ci', scopes: ['*'], expiresInDays: 1 },
    });
    const exchanged = await identity.call<{ accessToken: string }>('POST', '/v1/auth/token', {
      body: { apiToken: made.body.token },
    });
    const body = { organizationId, email: 'guest@example.com', role: 'viewer' };
    const token = exchanged.body.accessToken;
    expect((await identity.call('POST', '/v1/invitations', { token, body })).status).toBe(201);
    const query = `organization=${organizationId}&session=${made.body.id}`;
    expect(await collected(owner.accessToken, query)).toMatchObject({ action: 'invitations:create' });
  });

  it('the address is nowhere in what is chained', async () => {
    const rows = await identity.database.query<{ text: string }>(
      'select entry::text as text from audit_trail union all select row_to_json(e)::text from audit_entry e',
    );
    expect(rows.map(({ text }) => text).join('\n')).not.toContain('198.51.100.7');
  });

  it('another address put in its place is found', async () => {
    const set = (address: string) =>
      identity.database.query('update audit_address set address = $2 where entry_id = $1', [entry.entryId, address]);
    await set('203.0.113.1');
    expect(await verified(owner.accessToken, organizationId)).toMatchObject([
      { good: 0, broken: { sequence: entry.sequence, reason: 'changed' } },
    ]);
    await set('198.51.100.7');
    expect(await verified(owner.accessToken, organizationId)).toMatchObject([{ broken: null }]);
  });
});

describe('an address is forgotten', () => {
  it('with its person, and the chain stays whole', async () => {
    const [person, witness] = [await identity.person(), await identity.person()];
    const organizationId = await founded(person, from('198.51.100.8'));
    const entry = await collected(person.accessToken, `organization=${organizationId}`);
    expect(entry.address).toBe('198.51.100.8');
    const joined = await identity.join(witness, { organizationId, role: 'owner' }, { token: person.accessToken });
    expect(joined.status).toBe(201);
    const closed = await identity.call('POST', '/v1/me/deletion', { token: person.accessToken });
    expect(closed.status).toBe(202);
    const kept = () =>
      identity.database.query('select address from audit_address where subject_id = $1', [entry.actor.id]);
    await eventually(async () => expect(await kept()).toEqual([]));
    expect(await identity.service.app.get(AuditVerifier, { strict: false }).verify(organizationId)).toMatchObject({
      items: [{ broken: null }],
    });
  });

  it('after its time, when the next one is collected', async () => {
    const person = await identity.person();
    const organizationId = await founded(person, from('198.51.100.9'));
    const entry = await collected(person.accessToken, `organization=${organizationId}`);
    await identity.database.query(`update audit_address set at = at - interval '91 days' where entry_id = $1`, [
      entry.entryId,
    ]);
    await founded(await identity.person(), from('198.51.100.10'));
    await eventually(async () => {
      const [seen] = await list(person.accessToken, `organization=${organizationId}`);
      expect(seen?.address).toBeNull();
    });
    expect(await verified(person.accessToken, organizationId)).toMatchObject([{ good: 1, broken: null }]);
  });
});

describe('an entry that a collector of the former version took', () => {
  it('has no address, and is as good as the others in its chain', async () => {
    const person = await identity.person();
    const organizationId = await founded(person, from('198.51.100.11'));
    const entry = await collected(person.accessToken, `organization=${organizationId}`);
    // A collector of the former version drops what it does not know beside the entry, and keeps the detail whole.
    await identity.database.query('delete from audit_address where entry_id = $1', [entry.entryId]);
    const [seen] = await list(person.accessToken, `organization=${organizationId}`);
    expect(seen).toEqual({ ...entry, address: null });
    expect(await verified(person.accessToken, organizationId)).toMatchObject([{ good: 1, broken: null }]);
  });
});

describe('a person', () => {
  it('who signs in is recorded with the address, and has it in the export of the account', async () => {
    const person = await identity.person();
    await founded(person, from('198.51.100.12'));
    await eventually(async () => {
      const answer = await identity.call<{ acts: AuditEntryView[] }>('GET', '/v1/me/export', {
        token: person.accessToken,
      });
      expect(answer.body.acts.map(({ address }) => address)).toContain('198.51.100.12');
    });
    const sessionId = await sessionOf(person.accessToken);
    const started = `select address from audit_address
      join audit_trail using (entry_id) where entry->'target'->>'id' = $1 and entry->>'action' = 'sessions:create'`;
    await eventually(async () =>
      expect(await identity.database.query(started, [sessionId])).toEqual([{ address: '127.0.0.1' }]),
    );
  });
});
