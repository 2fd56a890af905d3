import { randomUUID } from 'node:crypto';
import type { Tx } from '@berth/service-kit';
import { eventually, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { ApiTokensRepository } from '../src/api-tokens/api-tokens.repository.js';
import { PresentedTokensRepository } from '../src/oauth/presented-tokens.repository.js';
import { OrganizationTokensRepository } from '../src/organization-tokens/organization-tokens.repository.js';
import { newToken } from '../src/sealing/opaque-token.js';
import { ClientSecretsRepository } from '../src/service-accounts/client-secrets.repository.js';
import { SessionsRepository } from '../src/sessions/sessions.repository.js';
import { identityDatabase, memberRow, organizationRow, userRow } from './fixtures/identity-rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await identityDatabase();
});
afterAll(() => database?.drop());

const [apiTokens, organizationTokens, clientSecrets] = [
  new ApiTokensRepository(),
  new OrganizationTokensRepository(),
  new ClientSecretsRepository(),
];
const [sessions, presented] = [new SessionsRepository(), new PresentedTokensRepository()];
const transaction = <Result>(work: (tx: Tx) => Promise<Result>) => database.database.transaction(work);

const START = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1_000);
const ENDS = at(3_600);
const lastMoment = new Date(ENDS.getTime() - 1);

let userId: string;
let organizationId: string;
let serviceAccountId: string;
beforeEach(async () => {
  [userId, organizationId, serviceAccountId] = [await userRow(database), await organizationRow(database), v7()];
  await database.database.query(
    `insert into service_account (id, organization_id, name, created_at) values ($1, $2, 'ci', now())`,
    [serviceAccountId, organizationId],
  );
});

const about = () => ({ id: v7(), name: 'ci', prefix: 'p', createdAt: at(0), expiresAt: ENDS, lastUsedAt: null });
const place = () => ({ scope: { kind: 'organization' as const, id: organizationId }, role: 'viewer' as const });

interface Kind {
  readonly table: string;
  add(token: string): Promise<string>;
  use(token: string, now: Date): Promise<{ readonly id: string } | undefined>;
}
const kinds: Record<string, Kind> = {
  'an API token': {
    table: 'api_token',
    add: async (token) => {
      const record = { ...about(), userId, scopes: ['apps:read'] };
      await transaction((tx) => apiTokens.insert(tx, record, token));
      return record.id;
    },
    use: (token, now) => apiTokens.use(database.database, token, now),
  },
  'an API token of an organization': {
    table: 'organization_token',
    add: async (token) => {
      const record = { ...about(), ...place(), organizationId, createdBy: userId, scopes: ['apps:read'] };
      await transaction((tx) => organizationTokens.insert(tx, record, token));
      await memberRow(database, organizationId, record.id);
      return record.id;
    },
    use: (token, now) => organizationTokens.use(database.database, token, now),
  },
  'a secret of a service account': {
    table: 'client_secret',
    add: async (token) => {
      const record = { ...about(), serviceAccountId };
      await transaction((tx) => clientSecrets.insert(tx, record, token));
      return record.id;
    },
    use: (token, now) => clientSecrets.use(database.database, serviceAccountId, token, now),
  },
};

describe.each(Object.entries(kinds))('%s', (_name, { table, add, use }) => {
  const lastUsed = async (id: string) =>
    (
      await database.database.query<{ at: Date | null }>(`select last_used_at as at from ${table} where id = $1`, [id])
    )[0]?.at;

  it('is good until its last millisecond and no longer, however often it is used', async () => {
    const token = newToken();
    const id = await add(token);
    for (const now of [at(0), at(1), lastMoment]) expect((await use(token, now))?.id).toBe(id);
    for (const now of [ENDS, new Date(ENDS.getTime() + 86_400_000)]) expect(await use(token, now)).toBeUndefined();
  });

  it('remembers to the minute when it was used, and nothing of what was refused', async () => {
    const token = newToken();
    const id = await add(token);
    expect(await lastUsed(id)).toBeNull();
    await use(token, at(10));
    await use(token, at(70));
    expect(await lastUsed(id)).toEqual(at(10));
    await use(token, at(71));
    expect(await lastUsed(id)).toEqual(at(71));
    await use(token, ENDS);
    await use(newToken(), at(500));
    expect(await lastUsed(id)).toEqual(at(71));
  });

  it('is none of another kind, and not what is stored of it', async () => {
    const token = newToken();
    await add(token);
    for (const other of Object.values(kinds))
      if (other.table !== table) expect(await other.use(token, at(1))).toBeUndefined();
    const [row] = await database.database.query<{ row: string }>(
      `select to_json(t)::text as row from ${table} t order by id desc limit 1`,
    );
    expect(row?.row).not.toContain(token);
    const texts = Object.values(JSON.parse(row?.row ?? '{}') as object).filter((each) => typeof each === 'string');
    for (const text of texts) expect(await use(text as string, at(1))).toBeUndefined();
  });
});

describe('an API token', () => {
  it.each(['deactivated', 'suspended'])(
    'of somebody who is %s is not good, and is good again when they are back',
    async (state) => {
      const token = newToken();
      const id = await kinds['an API token']!.add(token);
      const become = (next: string) =>
        database.database.query('update app_user set state = $2 where id = $1', [userId, next]);
      await become(state);
      expect(await apiTokens.use(database.database, token, at(1))).toBeUndefined();
      await become('active');
      expect((await apiTokens.use(database.database, token, at(1)))?.id).toBe(id);
    },
  );

  it('is taken away by its own person alone', async () => {
    const id = await kinds['an API token']!.add(newToken());
    expect(await transaction((tx) => apiTokens.delete(tx, randomUUID(), id))).toBeUndefined();
    expect(await transaction((tx) => apiTokens.delete(tx, userId, id))).toEqual({
      scopes: ['apps:read'],
      expiresAt: ENDS,
    });
    expect(await transaction((tx) => apiTokens.delete(tx, userId, id))).toBeUndefined();
  });

  it('that has ended makes room when the next is made, and others do not', async () => {
    await kinds['an API token']!.add(newToken());
    const other = { ...about(), userId, scopes: [] };
    await transaction((tx) => apiTokens.insert(tx, { ...other, createdAt: ENDS }, newToken()));
    expect(await transaction((tx) => apiTokens.count(tx, userId))).toBe(2);
    const later = { ...about(), userId, scopes: [], createdAt: new Date(ENDS.getTime() + 1) };
    await transaction((tx) => apiTokens.insert(tx, { ...later, expiresAt: at(9_999) }, newToken()));
    expect(await transaction((tx) => apiTokens.count(tx, userId))).toBe(1);
  });

  it('is counted by one at a time, so that two at once do not both find room', async () => {
    const second = Promise.withResolvers<number>();
    await transaction(async (tx) => {
      expect(await apiTokens.count(tx, userId)).toBe(0);
      void transaction((other) => apiTokens.count(other, userId)).then(second.resolve, second.reject);
      await eventually(async () => {
        const waiting = await database.database.query(
          `select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like 'select id from app_user%'`,
        );
        expect(waiting).toHaveLength(1);
      });
      await apiTokens.insert(tx, { ...about(), userId, scopes: [] }, newToken());
    });
    expect(await second.promise).toBe(1);
  });
});

describe('a secret of a service account', () => {
  it('is good for its own account alone, and taken away with it alone', async () => {
    const token = newToken();
    const id = await kinds['a secret of a service account']!.add(token);
    expect(await clientSecrets.use(database.database, randomUUID(), token, at(1))).toBeUndefined();
    expect(await transaction((tx) => clientSecrets.delete(tx, randomUUID(), id))).toBeUndefined();
    expect(await transaction((tx) => clientSecrets.delete(tx, serviceAccountId, id))).toEqual({ id, expiresAt: ENDS });
  });

  it('is listed until it ends, and forgotten from then on', async () => {
    const id = await kinds['a secret of a service account']!.add(newToken());
    const listed = async (now: Date) =>
      (await clientSecrets.of(database.database, [serviceAccountId], now)).map((each) => each.id);
    expect([await listed(lastMoment), await listed(ENDS)]).toEqual([[id], []]);
    await transaction((tx) => clientSecrets.deleteExpired(tx, serviceAccountId, lastMoment));
    expect(await listed(lastMoment)).toEqual([id]);
    await transaction((tx) => clientSecrets.deleteExpired(tx, serviceAccountId, ENDS));
    expect(await listed(lastMoment)).toEqual([]);
  });
});

describe('what a token stands for', () => {
  const session = async (token: string): Promise<string> => {
    const record = { id: v7(), userId, userAgent: null, address: null, createdAt: at(0), lastUsedAt: at(0) };
    await transaction(async (tx) => {
      await sessions.insert(tx, { ...record, expiresAt: ENDS, revokedAt: null, secondFactor: false });
      await sessions.addToken(tx, record.id, token, at(0));
    });
    return record.id;
  };
  const opaque = (token: string, now = at(1)) => presented.opaque(database.database, token, now);
  const behind = (id: string, now = at(1)) => presented.behind(database.database, id, now);

  it('is its session as long as that is good, and not once it was exchanged', async () => {
    const [token, successor] = [newToken(), newToken()];
    const id = await session(token);
    expect(await opaque(token)).toMatchObject({ kind: 'session', id, subjectId: userId, scopes: ['*'] });
    expect([await opaque(token, lastMoment), await opaque(token, ENDS)]).toEqual([expect.anything(), undefined]);
    await transaction((tx) => sessions.exchange(tx, token, successor, { sessionId: id, now: at(1), expiresAt: ENDS }));
    expect([await opaque(token), (await opaque(successor))?.id]).toEqual([undefined, id]);
  });

  it('ends with its session at once, for everything that was issued from it', async () => {
    const token = newToken();
    const id = await session(token);
    expect(await transaction((tx) => sessions.revoke(tx, randomUUID(), id, at(1)))).toBe(false);
    expect((await behind(id))?.id).toBe(id);
    expect(await transaction((tx) => sessions.revoke(tx, userId, id, at(1)))).toBe(true);
    expect([await opaque(token), await behind(id)]).toEqual([undefined, undefined]);
    expect(await transaction((tx) => sessions.revoke(tx, userId, id, at(2)))).toBe(false);
  });

  it.each([
    ['an API token', 'api-token', () => userId],
    ['an API token of an organization', 'organization-token', null],
  ] as const)('is %s, with what it may do', async (name, kind, subject) => {
    const token = newToken();
    const id = await kinds[name]!.add(token);
    const expected = { kind, id, subjectId: subject?.() ?? id, scopes: ['apps:read'], expiresAt: ENDS };
    expect([await opaque(token), await behind(id)]).toEqual([expected, expected]);
    expect([await opaque(token, ENDS), await behind(id, ENDS)]).toEqual([undefined, undefined]);
  });

  it('is told of the secret behind an access token, and of no secret that somebody shows', async () => {
    const token = newToken();
    const id = await kinds['a secret of a service account']!.add(token);
    expect(await behind(id)).toMatchObject({ kind: 'client-secret', subjectId: serviceAccountId });
    expect(await opaque(token)).toBeUndefined();
  });

  it('is the business of a service account in an organization where its subject has a role', async () => {
    const isNeighbour = () => presented.isNeighbour(database.database, serviceAccountId, userId);
    await memberRow(database, await organizationRow(database), userId);
    expect(await isNeighbour()).toBe(false);
    await memberRow(database, organizationId, userId);
    expect(await isNeighbour()).toBe(true);
  });
});
