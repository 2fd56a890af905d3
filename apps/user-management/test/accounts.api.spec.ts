import { randomUUID } from 'node:crypto';
import type { AccountDeletion, AccountExport } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';
import { MovedClock } from './fixtures/moved-clock.js';

const clock = new MovedClock();
let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9', ACCOUNT_GRACE_DAYS: '0.00001' }, [
    [Clock, clock],
  ]);
});
afterAll(() => identity.close());

const post = <Body = Record<string, unknown>>(path: string, body: unknown, token?: string) =>
  identity.call<Body>('POST', path, { body, token });
const newAddress = () => `${randomUUID()}@example.com`;

const mailOf = (email: string, said: string) =>
  eventually(async () => expect((await identity.mailTo(email)).join('\n')).toContain(said));

const member = async (organizationId: string, person: Person, role: string, owner: Person) => {
  const { status } = await identity.join(person, { organizationId, role }, { token: owner.accessToken });
  expect(status).toBe(201);
};

/** An organization whose owner the services have heard of. */
async function founded(owner: Person): Promise<string> {
  const { organization, access } = await identity.organization(owner.accessToken);
  const path = `/v1/organizations/${organization.id}`;
  const seen = await identity.call('GET', path, { token: owner.accessToken, headers: { 'berth-access': access } });
  expect(seen.status).toBe(200);
  return organization.id;
}

describe('a new e-mail address', () => {
  it('is taken over once it is proven; the former and the new one both hear of it', async () => {
    const person = await identity.person();
    const next = newAddress();
    expect((await post('/v1/me/email', { email: next }, person.accessToken)).status).toBe(202);
    await mailOf(person.email, 'asked to use another e-mail address');
    expect((await identity.login(next, goodPassword)).status).toBe(401);
    const token = await identity.codeFor(next);
    const confirm = () => post('/v1/me/email/confirm', { token }, person.accessToken);
    expect([(await confirm()).status, (await confirm()).status]).toEqual([204, 422]);
    expect((await identity.login(next, goodPassword)).status).toBe(200);
    expect((await identity.login(person.email, goodPassword)).status).toBe(401);
    for (const email of [person.email, next]) await mailOf(email, 'was changed');
  });

  it("that is somebody else's is not told apart, and its owner is told", async () => {
    const [person, other] = [await identity.person(), await identity.person()];
    const answer = await post('/v1/me/email', { email: other.email }, person.accessToken);
    expect(answer).toMatchObject({ status: 202, body: { status: 'verification_sent' } });
    await mailOf(other.email, 'belongs to an account already');
    expect((await identity.mailTo(other.email)).join('\n').match(/^Code: /gm)).toHaveLength(1);
  });

  it('is confirmed by whoever asked, in time, and only while nobody else has it', async () => {
    const [person, other] = [await identity.person(), await identity.person()];
    const next = newAddress();
    await post('/v1/me/email', { email: next }, person.accessToken);
    const token = await identity.codeFor(next);
    expect((await post('/v1/me/email/confirm', { token }, other.accessToken)).status).toBe(422);
    await post('/v1/auth/register', { email: next, password: goodPassword });
    const registered = await identity.codeFor(next, 2);
    expect((await post('/v1/auth/verify-email', { token: registered })).status).toBe(204);
    expect(await post('/v1/me/email/confirm', { token }, person.accessToken)).toMatchObject({
      status: 409,
      body: { code: 'email_taken' },
    });
    const late = newAddress();
    await post('/v1/me/email', { email: late }, person.accessToken);
    const code = await identity.codeFor(late);
    await identity.database.query(`update email_change set expires_at = now() - interval '1 second'`);
    expect((await post('/v1/me/email/confirm', { token: code }, person.accessToken)).status).toBe(422);
  });
});

describe('somebody who leaves', () => {
  it('is out everywhere at once, and back by logging in', async () => {
    const person = await identity.person();
    const { body } = await post('/v1/api-tokens', { name: 'ci', scopes: ['*'] }, person.accessToken);
    expect((await post('/v1/me/deactivation', undefined, person.accessToken)).status).toBe(204);
    expect((await post('/v1/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    expect((await post('/v1/auth/token', { apiToken: body['token'] })).status).toBe(401);
    await eventually(async () =>
      expect((await identity.call('GET', '/v1/me', { token: person.accessToken })).status).toBe(401),
    );
    await mailOf(person.email, 'was deactivated');
    const back = await identity.login(person.email, goodPassword);
    expect(back.status).toBe(200);
    expect((await identity.call('GET', '/v1/me', { token: back.body.accessToken })).status).toBe(200);
    await mailOf(person.email, 'is active again');
  });

  it('does not leave an organization without an owner', async () => {
    const [owner, second] = [await identity.person(), await identity.person()];
    const organizationId = await founded(owner);
    expect(await post('/v1/me/deletion', undefined, owner.accessToken)).toMatchObject({
      status: 409,
      body: { code: 'sole_owner' },
    });
    expect((await post('/v1/me/deactivation', undefined, owner.accessToken)).status).toBe(409);
    await member(organizationId, second, 'owner', owner);
    expect((await post('/v1/me/deactivation', undefined, owner.accessToken)).status).toBe(204);
    expect((await post('/v1/me/deactivation', undefined, second.accessToken)).status).toBe(409);
  });

  it('does not leave one without an owner when both of two owners go at the same time', async () => {
    const [one, other] = [await identity.person(), await identity.person()];
    const organizationId = await founded(one);
    await member(organizationId, other, 'owner', one);
    const answers = await Promise.all(
      [one, other].map(({ accessToken }) => post('/v1/me/deletion', undefined, accessToken)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  it('is erased after the grace period: nothing is left here, other services hear, the record keeps an id', async () => {
    const [owner, person] = [await identity.person(), await identity.person()];
    const organizationId = await founded(owner);
    await member(organizationId, person, 'developer', owner);
    const [{ id } = { id: '' }] = await identity.database.query<{ id: string }>(
      'select id from app_user where email = $1',
      [person.email],
    );
    const closed = await post<AccountDeletion>('/v1/me/deletion', undefined, person.accessToken);
    expect(closed.status).toBe(202);
    await mailOf(person.email, 'will be erased');
    await eventually(async () =>
      expect(await identity.database.query('select from app_user where id = $1', [id])).toEqual([]),
    );
    await mailOf(person.email, 'was erased');
    await eventually(async () => {
      const left = await identity.database.query('select from access_membership where subject_id = $1', [id]);
      expect(left).toEqual([]);
    });
    const tables = await identity.database.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
        where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    await eventually(async () => {
      const rows = await Promise.all(
        tables.map(({ name }) =>
          identity.database.query(`select from ${name} t where row_to_json(t)::text ilike $1`, [`%${person.email}%`]),
        ),
      );
      expect(rows.flat()).toEqual([]);
    });
    const acts = await identity.database.query(`select from audit_entry where target->>'id' = $1`, [id]);
    expect(acts.length).toBeGreaterThan(1);
    expect((await identity.login(person.email, goodPassword)).status).toBe(401);
  });
});

describe('somebody who wants to stay after all', () => {
  it('takes the deletion back by logging in', async () => {
    const patient = await IdentityService.start();
    try {
      const person = await patient.person();
      const { status } = await patient.call('POST', '/v1/me/deletion', { token: person.accessToken });
      expect(status).toBe(202);
      expect((await patient.login(person.email, goodPassword)).status).toBe(200);
      const [row] = await patient.database.query('select state, erase_at from app_user where email = $1', [
        person.email,
      ]);
      expect(row).toEqual({ state: 'active', erase_at: null });
    } finally {
      await patient.close();
    }
  });
});

describe('an export', () => {
  it('holds what is known of the person, and no secret of theirs or word of others', async () => {
    const person = await identity.person();
    const organizationId = await founded(person);
    const { body: token } = await post('/v1/api-tokens', { name: 'ci', scopes: ['apps:read'] }, person.accessToken);
    const exported = await eventually(async () => {
      const answer = await identity.call<AccountExport>('GET', '/v1/me/export', { token: person.accessToken });
      expect(answer.status).toBe(200);
      expect(answer.body.acts.map(({ action }) => action)).toContain('organizations:create');
      return answer.body;
    });
    expect(exported).toMatchObject({
      user: { email: person.email },
      memberships: [{ organizationId, role: 'owner' }],
      sessions: [{ id: person.sessionId }],
      apiTokens: [{ name: 'ci', scopes: ['apps:read'] }],
      hasMoreActs: false,
    });
    expect(exported.acts.every(({ actor }) => actor.id === exported.user.id)).toBe(true);
    for (const secret of [String(token['token']), person.refreshToken, '$2b$'])
      expect(JSON.stringify(exported)).not.toContain(secret);
  });
});
