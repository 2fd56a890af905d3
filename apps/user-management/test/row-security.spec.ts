import type { GroupView } from '@berth/contracts/identity';
import type { Tx } from '@berth/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GroupsRepository } from '../src/groups/groups.repository.js';
import { IdentityService } from './fixtures/identity-service.js';
import { Tenant } from './fixtures/tenant.js';

let identity: IdentityService;
let groups: GroupsRepository;
let ours: Tenant;
let neighbour: Tenant;

beforeAll(async () => {
  identity = await IdentityService.start();
  groups = identity.service.app.get(GroupsRepository, { strict: false });
});
beforeEach(async () => {
  ours = await Tenant.founded(identity);
  neighbour = await Tenant.founded(identity);
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => identity.close());

const create = (tenant: Tenant) =>
  tenant.call<GroupView>('POST', '/v1/groups', { body: { organizationId: tenant.id, name: 'people' } });
const groupsOf = async ({ id }: Tenant) =>
  (await identity.database.query('select from user_group where organization_id = $1', [id])).length;
/** As the route that deletes one group would, had it forgotten which. */
const forgetful = () =>
  jest.spyOn(groups, 'delete').mockImplementation(async (tx: Tx) => void (await tx.query('delete from user_group')));

describe('a route whose statement forgets the organization', () => {
  it('takes nothing from a neighbour', async () => {
    const [{ body: group }] = [await create(ours), await create(neighbour)];
    forgetful();
    expect((await ours.call('DELETE', `/v1/groups/${group.id}`)).status).toBe(204);
    expect([await groupsOf(ours), await groupsOf(neighbour)]).toEqual([0, 1]);
  });

  it('takes nothing that belongs to a row of a neighbour', async () => {
    const [{ body: group }, { body: other }] = [await create(ours), await create(neighbour)];
    for (const { id } of [group, other])
      await identity.database.query('insert into user_group_member select $1, id from app_user limit 1', [id]);
    jest
      .spyOn(groups, 'delete')
      .mockImplementation(async (tx: Tx) => void (await tx.query('delete from user_group_member')));
    expect((await ours.call('DELETE', `/v1/groups/${group.id}`)).status).toBe(204);
    const left = await identity.database.query<{ id: string }>('select group_id as id from user_group_member');
    expect(left.map(({ id }) => id)).toEqual([other.id]);
  });

  it('would take all without the wall', async () => {
    const [{ body: group }] = [await create(ours), await create(neighbour)];
    forgetful();
    await identity.database.query('alter table user_group no force row level security');
    await ours.call('DELETE', `/v1/groups/${group.id}`);
    await identity.database.query('alter table user_group force row level security');
    expect([await groupsOf(ours), await groupsOf(neighbour)]).toEqual([0, 0]);
  });

  it('makes nothing for a neighbour', async () => {
    const insert = groups.insert.bind(groups);
    jest
      .spyOn(groups, 'insert')
      .mockImplementation((tx, group) => insert(tx, { ...group, organizationId: neighbour.id }));
    expect((await create(ours)).status).toBe(500);
    expect([await groupsOf(ours), await groupsOf(neighbour)]).toEqual([0, 0]);
  });
});
