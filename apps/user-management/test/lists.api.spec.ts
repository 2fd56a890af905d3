import { randomUUID } from 'node:crypto';
import type { Page } from '@berth/contracts/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';
import { Tenant } from './fixtures/tenant.js';

type Listed = Page<{ id: string }>;

/** A list of an organization: where it is, and what puts something into it. */
interface List {
  readonly path: string;
  readonly entry: (organizationId: string, name: string) => object;
}

const lists: Record<string, List> = {
  roles: { path: 'roles', entry: (organizationId, name) => ({ organizationId, name, permissions: ['apps:read'] }) },
  groups: { path: 'groups', entry: (organizationId, name) => ({ organizationId, name }) },
  'service accounts': {
    path: 'service-accounts',
    entry: (organizationId, name) => ({ organizationId, name, role: 'viewer' }),
  },
  invitations: {
    path: 'invitations',
    entry: (organizationId, name) => ({ organizationId, email: `${name}@example.com`, role: 'viewer' }),
  },
  'tokens of an organization': {
    path: 'organization-tokens',
    entry: (organizationId, name) => ({ organizationId, name, role: 'viewer', scopes: ['apps:read'] }),
  },
};

let identity: IdentityService;
let tenant: Tenant;
let neighbour: Tenant;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9' });
  [tenant, neighbour] = [await Tenant.founded(identity), await Tenant.founded(identity)];
});
afterAll(() => identity.close());

describe.each(Object.entries(lists))('the list of %s', (_, { path, entry }) => {
  const ids: string[] = [];
  const add = async (to: Tenant, name: string): Promise<string> => {
    const made = await to.call<{ id: string }>('POST', `/v1/${path}`, { body: entry(to.id, name) });
    expect(made.status).toBe(201);
    return made.body.id;
  };
  const list = (query = '', by = tenant) =>
    tenant.call<Listed>('GET', `/v1/${path}?organization=${tenant.id}${query}`, { token: by.owner.accessToken });
  const page = async (query: string) => {
    const { body } = await list(query);
    return { ids: body.items.map(({ id }) => id), next: body.next };
  };

  let foreign: string;
  beforeAll(async () => {
    for (const name of ['one', 'two']) ids.push(await add(tenant, name));
    foreign = await add(neighbour, 'theirs');
    for (const name of ['three', 'four']) ids.push(await add(tenant, name));
  });

  it('has each of the organization once, in the order in which they were made, and none of a neighbour', async () => {
    const first = await page('&limit=3');
    expect(first.ids).toEqual(ids.slice(0, 3));
    expect(await page(`&limit=3&cursor=${first.next}`)).toEqual({ ids: ids.slice(3), next: null });
  });

  it('has no further page when the last one is exactly full', async () => {
    expect(await page('&limit=4')).toEqual({ ids, next: null });
    const second = await page(`&limit=2&cursor=${(await page('&limit=2')).next}`);
    expect(second).toEqual({ ids: ids.slice(2), next: null });
  });

  it('tells the way to the next page by a link, and on the last page by none', async () => {
    const first = await list('&limit=3');
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? [];
    const { pathname, search } = new URL(next, identity.service.url);
    const second = await tenant.call<Listed>('GET', `${pathname}${search}`);
    expect(second.body.items.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(second.headers.get('link')).toBeNull();
  });

  it('takes limits from 1 to 200, and says that it is the limit when it is another', async () => {
    expect((await page('&limit=1')).ids).toEqual(ids.slice(0, 1));
    expect((await page('&limit=200')).ids).toEqual(ids);
    for (const limit of ['0', '201', '-1', '1.5', 'all', ''])
      expect(await list(`&limit=${limit}`)).toMatchObject({ status: 422, body: { errors: [{ pointer: '?limit' }] } });
  });

  it('refuses a cursor that it did not give', async () => {
    const of = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const cursor of ['nonsense', of(5), of({ id: ids[0] }), of("' or 1=1")])
      expect(await list(`&cursor=${cursor}`)).toMatchObject({
        status: 422,
        body: { code: 'cursor_invalid', errors: [{ pointer: '?cursor' }] },
      });
  });

  it("gives nothing of the neighbour, also behind a cursor that is the neighbour's", async () => {
    const theirs = await neighbour.call<Listed>('GET', `/v1/${path}?organization=${neighbour.id}&limit=1`);
    expect(theirs.body.items.map(({ id }) => id)).toEqual([foreign]);
    const cursor = Buffer.from(JSON.stringify(foreign)).toString('base64url');
    expect(await page(`&cursor=${cursor}`)).toEqual({ ids: ids.slice(2), next: null });
  });

  it('is not there for strangers, and neither is that of an organization that there is not', async () => {
    expect((await list('', neighbour)).status).toBe(404);
    expect((await tenant.call('GET', `/v1/${path}?organization=${randomUUID()}`)).status).toBe(404);
    expect((await tenant.call('GET', `/v1/${path}?organization=acme`)).status).toBe(422);
    expect((await identity.call('GET', `/v1/${path}?organization=${tenant.id}`)).status).toBe(401);
  });

  it('goes on behind the one that its cursor names, also when that one and the next are gone meanwhile', async () => {
    const { next } = await page('&limit=2');
    for (const id of ids.slice(1, 3)) expect((await tenant.call('DELETE', `/v1/${path}/${id}`)).status).toBe(204);
    expect(await page(`&limit=2&cursor=${next}`)).toEqual({ ids: ids.slice(3), next: null });
    expect((await page('')).ids).toEqual([ids[0], ids[3]]);
  });
});
