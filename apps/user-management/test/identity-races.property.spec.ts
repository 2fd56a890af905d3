import { randomUUID } from 'node:crypto';
import type { MemberView } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { InvitationsRepository } from '../src/invitations/invitations.repository.js';
import { PasswordsService } from '../src/passwords/passwords.service.js';
import { RecoveryRepository } from '../src/recovery/recovery.repository.js';
import { RegistrationsRepository } from '../src/registrations/registrations.repository.js';
import { newToken } from '../src/sealing/opaque-token.js';
import { IdentityService, type Person } from './fixtures/identity-service.js';

jest.setTimeout(240_000);

let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({ ATTEMPTS_PER_ADDRESS: '1000000', ATTEMPTS_PER_ACCOUNT: '1000000' });
});
afterAll(() => identity.close());

const part = <Part>(type: new (...parts: never[]) => Part): Part =>
  identity.service.app.get<Part>(type as never, { strict: false });
const post = (path: string, body: unknown, token?: string) => identity.call('POST', path, { body, token });
const passwordOf = (index: number) => `correct horse battery ${index}`;
const statusesOf = async (asked: readonly Promise<{ status: number }>[]) =>
  (await Promise.all(asked)).map(({ status }) => status);
const userIdOf = ({ accessToken }: Person) => String(decodeJwt(accessToken).sub);
const runs = (numRuns: number) => ({ numRuns });

/** Which of `of` things each of some clients does, all at once. */
const choices = (of: number) => fc.array(fc.nat({ max: of - 1 }), { minLength: 2, maxLength: 6 });

describe('of what is asked for twice at once', () => {
  it('registrations of one address: one makes the account, and its password alone opens it', async () => {
    const hashes = await Promise.all([0, 1, 2].map((index) => part(PasswordsService).hash(passwordOf(index))));
    await fc.assert(
      fc.asyncProperty(choices(3), async (verified) => {
        const email = `${randomUUID()}@example.com`;
        const codes = await Promise.all(
          hashes.map((passwordHash) =>
            identity.database.transaction((tx) =>
              part(RegistrationsRepository).insert(tx, { email, displayName: null, username: null, passwordHash }),
            ),
          ),
        );
        const statuses = await statusesOf(
          verified.map((index) => post('/v1/auth/verify-email', { token: codes[index] })),
        );
        expect(statuses.toSorted()).toEqual([204, ...statuses.slice(1).map(() => 422)]);
        const winner = verified[statuses.indexOf(204)];
        const opens = await statusesOf(hashes.map((_, index) => identity.login(email, passwordOf(index))));
        expect(opens).toEqual(hashes.map((_, index) => (index === winner ? 200 : 401)));
      }),
      runs(40),
    );
  });

  it('answers to one invitation: one counts, and only who accepted first is a member', async () => {
    const [owner, guest] = [await identity.person(), await identity.person()];
    const { organization } = await identity.organization(owner.accessToken);
    const answers = fc.array(fc.constantFrom('accept', 'decline'), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        const token = newToken();
        const scope = { kind: 'project', id: randomUUID() } as const;
        const [createdAt, expiresAt] = [new Date(), new Date(Date.now() + 60_000)];
        const place = { id: randomUUID(), organizationId: organization.id, email: guest.email, scope };
        await identity.database.transaction((tx) =>
          part(InvitationsRepository).insert(tx, { ...place, role: 'viewer', createdAt, expiresAt }, token),
        );
        const statuses = await statusesOf(
          given.map((answer) => post(`/v1/invitations/${answer}`, { token }, guest.accessToken)),
        );
        const done = statuses.filter((status) => status < 300);
        expect([done.length, ...statuses.filter((status) => status >= 300 && status !== 422)]).toEqual([1]);
        const isMember = given[statuses.findIndex((status) => status < 300)] === 'accept';
        const members = await identity.database.query('select from membership where scope_id = $1', [scope.id]);
        expect(members).toHaveLength(isMember ? 1 : 0);
      }),
      runs(60),
    );
  });

  it('uses of one code of a reset: one sets its password, which alone opens the account', async () => {
    const person = await identity.person();
    await fc.assert(
      fc.asyncProperty(choices(3), async (used) => {
        const token = await identity.database.transaction((tx) => part(RecoveryRepository).begin(tx, userIdOf(person)));
        const statuses = await statusesOf(
          used.map((index) => post('/v1/auth/recovery/complete', { token, password: passwordOf(index) })),
        );
        expect(statuses.toSorted()).toEqual([204, ...statuses.slice(1).map(() => 422)]);
        const winner = used[statuses.indexOf(204)];
        const opens = await statusesOf([0, 1, 2].map((index) => identity.login(person.email, passwordOf(index))));
        expect(opens).toEqual([0, 1, 2].map((index) => (index === winner ? 200 : 401)));
      }),
      runs(40),
    );
  });
});

describe('an organization', () => {
  type Act = readonly [by: number, on: number, how: 'removes' | 'demotes'];
  const acts = fc.array(
    fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.constantFrom<'removes' | 'demotes'>('removes', 'demotes')),
    { minLength: 2, maxLength: 8 },
  );

  it('never loses its last owner, whoever removes and demotes whom at once, themselves too', async () => {
    const owners = [await identity.person(), await identity.person(), await identity.person()];
    const byEmail = owners.map(({ email }) => email);
    await fc.assert(
      fc.asyncProperty(acts, async (all: readonly Act[]) => {
        const [founder] = owners as [Person];
        const { organization, access } = await identity.organization(founder.accessToken);
        let seen = access;
        for (const owner of owners.slice(1)) {
          const by = { token: founder.accessToken, headers: { 'berth-access': seen } };
          const joined = await identity.join(owner, { organizationId: organization.id, role: 'owner' }, by);
          seen = joined.headers.get('berth-access') ?? seen;
        }
        const headers = { 'berth-access': seen, 'if-match': '*' };
        const list = await identity.call<{ items: MemberView[] }>(
          ...([
            'GET',
            `/v1/memberships?organization=${organization.id}`,
            { token: founder.accessToken, headers },
          ] as const),
        );
        const ids = byEmail.map((email) => list.body.items.find((each) => each.email === email)?.id);
        const statuses = await statusesOf(
          all.map(([by, on, how]) =>
            identity.call(how === 'removes' ? 'DELETE' : 'PATCH', `/v1/memberships/${ids[on]}`, {
              ...{ token: owners[by]?.accessToken, headers },
              ...(how === 'demotes' && { body: { role: 'viewer' } }),
            }),
          ),
        );
        // Done, refused as the last owner, forbidden or unknown to who was removed, or changed meanwhile: never a failure.
        for (const status of statuses) expect([200, 204, 403, 404, 409, 412]).toContain(status);
        const query = `select from membership where organization_id = $1 and role = 'owner'`;
        const left = await identity.database.query(query, [organization.id]);
        expect(left.length).toBeGreaterThanOrEqual(1);
        const undone = new Set(all.filter((_, index) => (statuses[index] ?? 500) < 300).map(([, on]) => on));
        expect(left.length).toBe(owners.length - undone.size);
      }),
      runs(25),
    );
  });
});

describe('what is revoked while it is used', () => {
  const uses = fc.array(fc.constantFrom('before', 'at once'), { minLength: 1, maxLength: 6 });

  it('an API token: all that was got for it is worthless, whenever it was got', async () => {
    const person = await identity.person();
    await fc.assert(
      fc.asyncProperty(uses, async (when) => {
        const made = await identity.call<{ id: string; token: string }>('POST', '/v1/api-tokens', {
          ...{ token: person.accessToken, body: { name: 'race', scopes: ['*'] } },
        });
        const { id, token } = made.body;
        const exchange = () =>
          identity.call<{ accessToken?: string }>('POST', '/v1/auth/token', { body: { apiToken: token } });
        const early = await Promise.all(when.filter((each) => each === 'before').map(exchange));
        const [revoked, ...late] = await Promise.all([
          identity.call('DELETE', `/v1/api-tokens/${id}`, { token: person.accessToken }),
          ...when.filter((each) => each === 'at once').map(exchange),
        ]);
        expect(revoked.status).toBe(204);
        expect((await exchange()).status).toBe(401);
        const got = [...early, ...late].flatMap(({ body }) => (body as { accessToken?: string }).accessToken ?? []);
        expect(got.length).toBeGreaterThanOrEqual(early.length);
        for (const each of got)
          await eventually(async () =>
            expect((await identity.call('GET', '/v1/me', { token: each })).status).toBe(401),
          );
      }),
      runs(30),
    );
  });

  it('a session: what it does meanwhile is done or refused, and nothing is done by it afterwards', async () => {
    const person = await identity.person();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), async (count) => {
        const { body } = await identity.login(person.email, person.password);
        const names = Array.from({ length: count }, () => `o${randomUUID().slice(0, 13)}`);
        const found = (slug: string) => post('/v1/organizations', { slug }, body.accessToken);
        const [revoked, ...founded] = await Promise.all([
          identity.call('POST', '/v1/auth/logout', { token: body.accessToken }),
          ...names.map(found),
        ]);
        expect(revoked.status).toBe(204);
        for (const { status } of founded) expect([201, 401]).toContain(status);
        const rows = await identity.database.query('select from organization where slug = any($1)', [names]);
        expect(rows).toHaveLength(founded.filter(({ status }) => status === 201).length);
        expect((await post('/v1/auth/refresh', { refreshToken: body.refreshToken })).status).toBe(401);
        await eventually(async () => expect((await found(`o${randomUUID().slice(0, 13)}`)).status).toBe(401));
      }),
      runs(25),
    );
  });
});
