import { randomBytes, randomUUID } from 'node:crypto';
import type { AuditEntryView, MemberView, MyOrganization, Organization } from '@berth/contracts/identity';
import { auditChain, verifyChain } from '@berth/access';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CallOptions, IdentityService, type Person } from './fixtures/identity-service.js';

describe('organizations', () => {
  let identity: IdentityService;
  let admin: string;
  beforeAll(async () => {
    const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'root@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'the first password' };
    identity = await IdentityService.start(administrator);
    admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
  });
  afterAll(() => identity.close());

  const call = <Body = Record<string, unknown>>(method: string, path: string, options: CallOptions = {}) =>
    identity.call<Body>(method, path, options);
  const slug = () => `o${randomBytes(6).toString('hex')}`;

  /** An organization with its owner, and a function that calls as of its newest access version. */
  async function founded() {
    const owner = await identity.person();
    const { organization, access } = await identity.organization(owner.accessToken);
    let seen = access;
    const as = async <Body = Record<string, unknown>>(
      person: Person | { accessToken: string },
      method: string,
      path: string,
      options: CallOptions = {},
    ) => {
      const headers = { 'berth-access': seen, ...options.headers };
      const answer = await call<Body>(method, path, { ...options, token: person.accessToken, headers });
      seen = answer.headers.get('berth-access') ?? seen;
      return answer;
    };
    const add = async (by: Person, person: Person, role: string, scope?: { kind: string; id: string }) => {
      const wanted = { organizationId: organization.id, role, ...(scope ? { scope } : {}) };
      const options = { token: by.accessToken, headers: { 'berth-access': seen } };
      const answer = await identity.join(person, wanted, options);
      seen = answer.headers.get('berth-access') ?? seen;
      return answer;
    };
    return { owner, organization, as, add };
  }

  const facts = async (organizationId: string) => {
    const rows = await identity.database.query<{ type: string; version: number }>(
      `select event->>'type' as type, (event->>'aggregateversion')::int as version from berth_bus.message
        where event->>'subject' = $1 order by version`,
      [organizationId],
    );
    return rows.map(({ type, version }) => `${version} ${type}`);
  };

  it('has its founder as owner, at once', async () => {
    const { owner, organization, as } = await founded();
    const mine = await call<{ items: MyOrganization[] }>('GET', '/v1/organizations', { token: owner.accessToken });
    expect(mine.body.items).toEqual([{ ...organization, role: 'owner' }]);
    expect((await as<Organization>(owner, 'GET', `/v1/organizations/${organization.id}`)).body).toEqual(organization);
    await eventually(async () =>
      expect(await facts(organization.id)).toEqual([
        '1 berth.organization.created.v1',
        '2 berth.membership.granted.v1',
      ]),
    );
  });

  it('is told where it is and which version of its access rules holds the founder', async () => {
    const owner = await identity.person();
    const answer = await call('POST', '/v1/organizations', { token: owner.accessToken, body: { slug: slug() } });
    expect(answer.headers.get('location')).toBe(`/v1/organizations/${answer.body['id']}`);
    expect(answer.headers.get('berth-access')).toBe(`${answer.body['id']}@2`);
  });

  it('is told of again for the same Idempotency-Key, to its founder and to nobody who was removed since', async () => {
    const { owner, as, add } = await founded();
    const request = { token: owner.accessToken, body: { slug: slug() }, headers: { 'idempotency-key': slug() } };
    const first = await call<Organization>('POST', '/v1/organizations', request);
    const again = await call<Organization>('POST', '/v1/organizations', request);
    expect(again).toMatchObject({ status: 201, body: first.body });
    for (const name of ['location', 'berth-access']) expect(again.headers.get(name)).toBe(first.headers.get(name));

    const other = await identity.person();
    const made = { organizationId: first.body.id, role: 'owner' };
    const headers = { 'berth-access': first.headers.get('berth-access') ?? '' };
    const added = await identity.join(other, made, { token: owner.accessToken, headers });
    expect(added.status).toBe(201);
    await as(other, 'GET', `/v1/organizations/${first.body.id}`, {
      headers: { 'berth-access': added.headers.get('berth-access') ?? '' },
    });
    const members = await as<{ items: MemberView[] }>(other, 'GET', `/v1/memberships?organization=${first.body.id}`);
    const mine = members.body.items.find(({ userId }) => userId !== members.body.items.at(-1)?.userId);
    expect((await as(other, 'DELETE', `/v1/memberships/${mine?.id}`)).status).toBe(204);
    await eventually(async () => expect((await call('POST', '/v1/organizations', request)).status).toBe(404));
    expect((await add(owner, other, 'viewer')).status).toBe(201); // the other organization is not concerned
  });

  it('has a slug of its own', async () => {
    const { owner, organization, as } = await founded();
    const again = await as(owner, 'POST', '/v1/organizations', { body: { slug: organization.slug } });
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'organization_slug_taken', errors: [{ pointer: '/slug' }] },
    });
    for (const bad of ['A', '-a', 'a-', 'a b', 'x'.repeat(41), '../etc', '']) {
      expect((await as(owner, 'POST', '/v1/organizations', { body: { slug: bad } })).status).toBe(422);
    }
  });

  it('does not exist for strangers', async () => {
    const { organization } = await founded();
    const eve = await identity.person();
    const paths = [
      ['GET', `/v1/organizations/${organization.id}`],
      ['GET', `/v1/memberships?organization=${organization.id}`],
      ['GET', `/v1/quotas/${organization.id}`],
      ['GET', `/v1/audit?organization=${organization.id}`],
    ] as const;
    for (const [method, path] of paths) expect((await call(method, path, { token: eve.accessToken })).status).toBe(404);
    const body = { organizationId: organization.id, email: eve.email, role: 'owner' };
    expect((await call('POST', '/v1/memberships', { token: eve.accessToken, body })).status).toBe(404);
    expect((await call('GET', '/v1/organizations', { token: eve.accessToken })).body['items']).toEqual([]);
  });

  it('gains, changes and loses members, and each change holds for the next request', async () => {
    const { owner, organization, as, add } = await founded();
    const bob = await identity.person();
    const added = await add(owner, bob, 'viewer');
    expect(added).toMatchObject({ status: 201, body: { email: bob.email, role: 'viewer' } });
    expect((await as(bob, 'GET', `/v1/organizations/${organization.id}`)).status).toBe(200);
    expect((await as(bob, 'GET', `/v1/audit?organization=${organization.id}`)).status).toBe(403);

    const path = `/v1/memberships/${added.body.id}`;
    const etag = added.headers.get('etag') ?? '';
    const patch = (role: string, ifMatch: string) =>
      as(owner, 'PATCH', path, { body: { role }, headers: { 'if-match': ifMatch } });
    expect((await patch('admin', etag)).body).toMatchObject({ role: 'admin' });
    expect((await as(bob, 'GET', `/v1/audit?organization=${organization.id}`)).status).toBe(200);
    expect((await patch('viewer', etag)).status).toBe(412);

    expect((await as(owner, 'DELETE', path)).status).toBe(204);
    expect((await as(bob, 'GET', `/v1/organizations/${organization.id}`)).status).toBe(404);
    expect((await as(owner, 'DELETE', path)).status).toBe(404);
    await eventually(async () =>
      expect((await facts(organization.id)).slice(2)).toEqual([
        '3 berth.membership.granted.v1',
        '4 berth.membership.changed.v1',
        '5 berth.membership.revoked.v1',
      ]),
    );
  });

  it('tells what one person has, and nothing of who is elsewhere', async () => {
    const { owner, organization, as, add } = await founded();
    const [bob, eve] = [await identity.person(), await identity.person()];
    const { userId } = (await add(owner, bob, 'viewer')).body;
    const elsewhere = await founded();
    const eveId = (await elsewhere.add(elsewhere.owner, eve, 'viewer')).body.userId;
    const of = async (user: string) =>
      (await as<{ items: MemberView[] }>(owner, 'GET', `/v1/memberships?organization=${organization.id}&user=${user}`))
        .body;
    expect(await of(userId)).toMatchObject({ items: [{ userId, email: bob.email }], next: null });
    expect(await of(eveId)).toEqual({ items: [], next: null });
    expect(await of('bob')).toMatchObject({ errors: [{ pointer: '?user' }] });
  });

  it('has nobody twice at one place', async () => {
    const { owner, add } = await founded();
    const bob = await identity.person();
    await add(owner, bob, 'viewer');
    expect(await add(owner, bob, 'admin')).toMatchObject({ status: 409, body: { code: 'membership_exists' } });
  });

  it('gives another role to those who are in it, and tells nothing of who else is registered', async () => {
    const { owner, as, add, organization } = await founded();
    const [bob, stranger] = [await identity.person(), await identity.person()];
    const give = (email: string) =>
      as<MemberView>(owner, 'POST', '/v1/memberships', {
        body: { organizationId: organization.id, email, role: 'viewer' },
      });
    await add(owner, bob, 'developer', { kind: 'project', id: randomUUID() });
    expect(await give(bob.email)).toMatchObject({ status: 201, body: { email: bob.email, role: 'viewer' } });
    const [registered, nobody] = [await give(stranger.email), await give('nobody@example.com')];
    expect(registered).toMatchObject({ status: 422, body: { code: 'not_a_member', errors: [{ pointer: '/email' }] } });
    const { correlationId: _, ...told } = nobody.body as MemberView & { correlationId?: string };
    expect(registered.body).toMatchObject(told);
    expect((await as(stranger, 'GET', `/v1/organizations/${organization.id}`)).status).toBe(404);
  });

  it('keeps its last owner', async () => {
    const { owner, organization, as, add } = await founded();
    const list = await as<{ items: MemberView[] }>(owner, 'GET', `/v1/memberships?organization=${organization.id}`);
    const path = `/v1/memberships/${list.body.items[0]?.id}`;
    const step = { body: { role: 'admin' }, headers: { 'if-match': '*' } };
    expect(await as(owner, 'DELETE', path)).toMatchObject({ status: 409, body: { code: 'last_owner' } });
    expect(await as(owner, 'PATCH', path, step)).toMatchObject({ status: 409, body: { code: 'last_owner' } });
    await add(owner, await identity.person(), 'owner');
    expect((await as(owner, 'PATCH', path, step)).status).toBe(200);
  });

  it('keeps one of two owners who remove each other at once', async () => {
    const { owner, organization, as, add } = await founded();
    const second = await identity.person();
    await add(owner, second, 'owner');
    const list = await as<{ items: MemberView[] }>(owner, 'GET', `/v1/memberships?organization=${organization.id}`);
    const idOf = (email: string) => list.body.items.find((each) => each.email === email)?.id;
    const { both } = await identity.database.transaction(async (tx) => {
      await tx.query('select from organization where id = $1 for update', [organization.id]);
      const answers = [
        as(owner, 'DELETE', `/v1/memberships/${idOf(second.email)}`),
        as(second, 'DELETE', `/v1/memberships/${idOf(owner.email)}`),
      ];
      await identity.waitingForLocks(2);
      return { both: answers };
    });
    const [done, other] = (await Promise.all(both)).map((answer) => answer.status).sort();
    expect(done).toBe(204);
    // Refused as the last owner, or as somebody who was removed, if that is known already.
    expect([404, 409]).toContain(other);
    const owners = `select from membership where organization_id = $1 and role = 'owner'`;
    expect(await identity.database.query(owners, [organization.id])).toHaveLength(1);
  });

  it('lets only owners make and unmake owners', async () => {
    const { owner, organization, as, add } = await founded();
    const [ada, bob] = [await identity.person(), await identity.person()];
    await add(owner, ada, 'admin');
    expect((await add(ada, bob, 'owner')).status).toBe(403);
    const bobs = await add(ada, bob, 'developer');
    const promote = { body: { role: 'owner' }, headers: { 'if-match': '*' } };
    expect((await as(ada, 'PATCH', `/v1/memberships/${bobs.body.id}`, promote)).status).toBe(403);
    const list = await as<{ items: MemberView[] }>(ada, 'GET', `/v1/memberships?organization=${organization.id}`);
    const owners = list.body.items.find((each) => each.role === 'owner');
    expect((await as(ada, 'DELETE', `/v1/memberships/${owners?.id}`)).status).toBe(403);
    const demote = { body: { role: 'viewer' }, headers: { 'if-match': '*' } };
    expect((await as(ada, 'PATCH', `/v1/memberships/${owners?.id}`, demote)).status).toBe(403);
  });

  it('lets developers and viewers change no members', async () => {
    const { owner, add } = await founded();
    const [dev, bob] = [await identity.person(), await identity.person()];
    await add(owner, dev, 'developer');
    expect((await add(dev, bob, 'viewer')).status).toBe(403);
  });

  it('gives roles on a project or an environment alone, but not those of an organization', async () => {
    const { owner, organization, as, add } = await founded();
    const bob = await identity.person();
    const scope = { kind: 'project', id: randomUUID() };
    const grant = (role: string) => add(owner, bob, role, scope);
    expect((await grant('owner')).status).toBe(422);
    const granted = await grant('developer');
    expect(granted).toMatchObject({ status: 201, body: { scope } });
    const billing = { body: { role: 'billing' }, headers: { 'if-match': '*' } };
    expect(await as(owner, 'PATCH', `/v1/memberships/${granted.body.id}`, billing)).toMatchObject({
      status: 422,
      body: { code: 'role_not_here' },
    });
    const mine = await call<{ items: MyOrganization[] }>('GET', '/v1/organizations', { token: bob.accessToken });
    expect(mine.body.items).toMatchObject([{ id: organization.id, role: null }]);
    expect((await as(bob, 'GET', `/v1/organizations/${organization.id}`)).status).toBe(403);
  });

  it('lists organizations and members page by page', async () => {
    const owner = await identity.person();
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await identity.organization(owner.accessToken)).organization.id);
    const page = (query: string) =>
      call<{ items: MyOrganization[]; next: string | null }>('GET', `/v1/organizations?${query}`, {
        token: owner.accessToken,
      });
    const first = await page('limit=2');
    expect(first.headers.get('link')).toContain('rel="next"');
    const second = await page(`limit=2&cursor=${first.body.next}`);
    expect([...first.body.items, ...second.body.items].map((each) => each.id)).toEqual(ids);
    expect(second.body.next).toBeNull();
  });

  it('and all other lists refuse a cursor that is none, or that is of another list', async () => {
    const { owner, organization, as } = await founded();
    const of = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
    const lists = [
      'organizations?',
      'sessions?',
      ...['memberships', 'audit'].map((each) => `${each}?organization=${organization.id}&`),
    ];
    for (const list of lists) {
      for (const cursor of ['nonsense', of('5'), of(5), of({ id: organization.id }), of("' or 1=1")])
        expect(await as(owner, 'GET', `/v1/${list}cursor=${cursor}`)).toMatchObject({
          status: 422,
          body: { code: 'cursor_invalid', errors: [{ pointer: '?cursor' }] },
        });
      expect((await as(owner, 'GET', `/v1/${list}cursor=${of(randomUUID())}`)).status).toBe(200);
    }
  });

  it('has a quota that its members read and only administrators set', async () => {
    const { owner, organization, as } = await founded();
    const path = `/v1/quotas/${organization.id}`;
    const before = await as(owner, 'GET', path);
    expect(before.body).toMatchObject({ projects: 20 });
    const body = { ...before.body, projects: 3 };
    expect((await as(owner, 'PUT', path, { body })).status).toBe(403);
    const put = await as({ accessToken: admin }, 'PUT', path, { body });
    expect(put.status).toBe(200);
    expect((await as(owner, 'GET', path)).body).toEqual(body);
    for (const projects of [-1, 2_147_483_648])
      expect((await as({ accessToken: admin }, 'PUT', path, { body: { ...body, projects } })).status).toBe(422);
    expect((await call('GET', `/v1/quotas/${randomUUID()}`, { token: admin })).status).toBe(404);
    await eventually(async () => expect((await facts(organization.id)).at(-1)).toMatch(/quota-changed/));
  });

  it('has every change in its audit trail, newest first, in a chain that verifies', async () => {
    const { owner, organization, as, add } = await founded();
    const bob = await identity.person();
    const { body: membership } = await add(owner, bob, 'viewer');
    await as(owner, 'DELETE', `/v1/memberships/${membership.id}`);
    const trail = (query = '') =>
      as<{ items: AuditEntryView[]; next: string | null }>(
        owner,
        'GET',
        `/v1/audit?organization=${organization.id}${query}`,
      );
    await eventually(async () => {
      const { body } = await trail();
      expect(body.items.map((entry) => entry.action)).toEqual([
        'memberships:delete',
        'memberships:create',
        'invitations:create',
        'organizations:create',
      ]);
    });
    const { body } = await trail();
    const id = async ({ accessToken }: Person) => (await call('GET', '/v1/me', { token: accessToken })).body['id'];
    const [hers, his] = [await id(owner), await id(bob)];
    expect(body.items.map(({ actor }) => actor.id)).toEqual([hers, his, hers, hers]);
    const { entries, head } = await auditChain(identity.database, 'user-management', organization.id);
    // From where it was asked for is told beside the entry: it can be forgotten, and is not hashed.
    const told = body.items.toReversed().map(({ address: _, ...entry }) => entry);
    expect(verifyChain(told, head)).toBeUndefined();
    expect(entries).toEqual(told);
    const first = await trail('&limit=2');
    const second = await trail(`&limit=2&cursor=${first.body.next}`);
    expect([...first.body.items, ...second.body.items]).toEqual(body.items);
  });

  it('is founded once for the same Idempotency-Key', async () => {
    const owner = await identity.person();
    const request = {
      token: owner.accessToken,
      body: { slug: slug() },
      headers: { 'idempotency-key': randomUUID() },
    };
    const [first, again] = [
      await call('POST', '/v1/organizations', request),
      await call('POST', '/v1/organizations', request),
    ];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(await identity.database.query('select from organization where slug = $1', [request.body.slug])).toHaveLength(
      1,
    );
  });
});
