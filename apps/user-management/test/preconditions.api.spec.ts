import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService, type Person } from './fixtures/identity-service.js';
import { Tenant } from './fixtures/tenant.js';

/** Something that is changed with If-Match: where it is, and two changes of it. */
interface Changed {
  readonly make: () => Promise<string>;
  readonly change: object;
  readonly other: object;
}

let identity: IdentityService;
let tenant: Tenant;
let viewer: Person;
let stranger: Person;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9', LOG_LEVEL: 'silent' });
  tenant = await Tenant.founded(identity);
  viewer = await tenant.member('viewer');
  stranger = await identity.person();
});
afterAll(() => identity.close());

const made = async (path: string, body: object) => {
  const answer = await tenant.call<{ id: string }>('POST', `/v1/${path}`, {
    body: { organizationId: tenant.id, ...body },
  });
  expect(answer.status).toBe(201);
  return `/v1/${path}/${answer.body.id}`;
};

const objects: Record<string, Changed> = {
  'an organization': {
    make: () => Promise.resolve(`/v1/organizations/${tenant.id}`),
    change: { displayName: 'One' },
    other: { displayName: 'Two' },
  },
  'a membership': {
    make: async () => `/v1/memberships/${(await tenant.member('viewer')).membershipId}`,
    change: { role: 'developer' },
    other: { role: 'billing' },
  },
  'a role': {
    make: () => made('roles', { name: `r-${randomUUID().slice(0, 8)}`, permissions: [] }),
    change: { permissions: ['apps:read'] },
    other: { permissions: ['audit:read'] },
  },
  'a group': {
    make: () => made('groups', { name: `g-${randomUUID().slice(0, 8)}` }),
    change: { grants: [{ scope: { kind: 'project', id: '0193a5b0-0000-7000-8000-000000000002' }, role: 'viewer' }] },
    other: { grants: [{ scope: { kind: 'project', id: '0193a5b0-0000-7000-8000-000000000002' }, role: 'admin' }] },
  },
  'an identity provider': {
    make: () =>
      made('identity-providers', {
        displayName: 'Login',
        endpoints: { kind: 'oidc', issuer: 'https://login.example.com' },
        clientId: 'berth',
        clientSecret: 'a client secret',
      }),
    change: { displayName: 'One' },
    other: { displayName: 'Two' },
  },
};

describe.each(Object.entries(objects))('a change of %s', (_, { make, change, other }) => {
  const read = async (path: string) => {
    const { body, headers } = await tenant.call('GET', path);
    return { body, etag: headers.get('etag') ?? '' };
  };
  const patch = (path: string, body: object, ifMatch?: string, by: Person = tenant.owner) =>
    tenant.call('PATCH', path, {
      body,
      token: by.accessToken,
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });

  it('holds at what was read, and gives the tag that the next one needs', async () => {
    const path = await make();
    const { etag } = await read(path);
    const changed = await patch(path, change, etag);
    expect(changed).toMatchObject({ status: 200, body: change });
    const next = changed.headers.get('etag') ?? '';
    expect(next).not.toBe(etag);
    expect(await read(path)).toEqual({ body: changed.body, etag: next });
    expect(await patch(path, other, next)).toMatchObject({ status: 200, body: other });
  });

  it('holds at whatever there is with *, and at one of several tags', async () => {
    const path = await make();
    expect(await patch(path, change, '*')).toMatchObject({ status: 200, body: change });
    const { etag } = await read(path);
    expect(await patch(path, other, `"0", ${etag}`)).toMatchObject({ status: 200, body: other });
  });

  it('is refused without If-Match, with a stale one and with a weak one, and nothing has changed', async () => {
    const path = await make();
    const { etag: stale } = await read(path);
    expect((await patch(path, change, stale)).status).toBe(200);
    const before = await read(path);
    expect(await patch(path, other)).toMatchObject({ status: 428, body: { code: 'precondition_required' } });
    for (const tag of [stale, `W/${before.etag}`, before.etag.replaceAll('"', ''), ''])
      expect(await patch(path, other, tag)).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    expect(await read(path)).toEqual(before);
  });

  it('is made by one of several who have read the same', async () => {
    const path = await make();
    const { etag } = await read(path);
    const answers = await Promise.all([change, other, change].map((body) => patch(path, body, etag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const { body } = answers.find(({ status }) => status === 200) ?? {};
    expect((await read(path)).body).toEqual(body);
  });

  it('is refused to whoever may not make it before its tag is looked at, so that nobody learns it by guessing', async () => {
    const path = await make();
    const before = await read(path);
    for (const tag of [before.etag, '"99"', '*', undefined]) {
      expect([tag, (await patch(path, change, tag, viewer)).status]).toEqual([tag, 403]);
      expect([tag, (await patch(path, change, tag, stranger)).status]).toEqual([tag, 404]);
    }
    expect(await read(path)).toEqual(before);
  });

  it('that says nothing that there is, or what is none, is refused with the place, whatever the tag', async () => {
    const path = await make();
    for (const tag of ['*', '"99"', undefined])
      expect(await patch(path, { ...change, colour: 'red' }, tag)).toMatchObject({ status: 422 });
    const [field = ''] = Object.keys(change);
    expect(await patch(path, { [field]: 7 }, '*')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: `/${field}` }] },
    });
  });

  it('of one that is not there is 404, with * too', async () => {
    const path = (await make()).replace(/[^/]+$/, randomUUID());
    for (const tag of ['*', '"1"', undefined]) expect((await patch(path, change, tag)).status).toBe(404);
  });
});
