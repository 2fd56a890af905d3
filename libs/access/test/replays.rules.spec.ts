import { randomUUID } from 'node:crypto';
import {
  groupChanged,
  groupDeleted,
  membershipChanged,
  membershipGranted,
  organizationDeleted,
  organizationResumed,
  organizationSecurityChanged,
  organizationSuspended,
  roleChanged,
  roleDefined,
  roleDeleted,
} from '@berth/contracts/events';
import { patient, startTestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probe } from './fixtures/probe.service-definition.js';
import { type Stage, stageOf, Tenant } from './fixtures/tenant.js';

let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(await startTestService(probe, patient));
});
afterAll(() => stage.service.close());

/** The same request as often as it is called. */
const create = (tenant: Tenant) => {
  const key = randomUUID();
  return async (token: string) => {
    const { status, code, headers } = await tenant.ask('POST', `projects/${tenant.id}`, token, {
      'idempotency-key': key,
    });
    return { answer: code ?? status, isReplay: headers.get('idempotent-replay') === 'true' };
  };
};
const effects = async (tenant: Tenant) =>
  (await stage.service.database.query('select from audit_entry where key = $1', [tenant.id])).length;

/** Somebody who may write by a role that the organization defined, for themselves or by a group. */
async function writer(by: 'role' | 'group') {
  const tenant = await Tenant.create(stage);
  const [subjectId, roleId, groupId] = [randomUUID(), randomUUID(), randomUUID()];
  await tenant.hear(roleDefined, { roleId, permissions: ['projects:create'] });
  const grant = { scope: tenant.place, role: 'custom' as const, roleId };
  if (by === 'role') await tenant.hear(membershipGranted, { subjectId, ...grant });
  else await tenant.hear(groupChanged, { groupId, memberIds: [subjectId], grants: [grant] });
  return { tenant, subjectId, roleId, groupId, grant, token: await tenant.token(subjectId) };
}
type Writer = Awaited<ReturnType<typeof writer>>;

describe('a repeat with the same Idempotency-Key is judged by what holds by then', () => {
  it.each<[string, 'role' | 'group', (writer: Writer) => Promise<unknown>, string]>([
    [
      'its caller’s role names less',
      'role',
      ({ tenant, roleId }) => tenant.hear(roleChanged, { roleId, permissions: ['projects:read'] }),
      'forbidden',
    ],
    [
      'the role of its caller’s group names less',
      'group',
      ({ tenant, roleId }) => tenant.hear(roleChanged, { roleId, permissions: ['projects:read'] }),
      'forbidden',
    ],
    ['its caller’s role is gone', 'role', ({ tenant, roleId }) => tenant.hear(roleDeleted, { roleId }), 'forbidden'],
    [
      'its caller got a lower role',
      'role',
      ({ tenant, subjectId }) =>
        tenant.hear(membershipChanged, { subjectId, scope: tenant.place, role: 'viewer' as const }),
      'forbidden',
    ],
    [
      'its caller left the group',
      'group',
      ({ tenant, groupId, grant }) =>
        tenant.hear(groupChanged, { groupId, memberIds: [tenant.owner], grants: [grant] }),
      'not_found',
    ],
    ['its caller’s group has nothing', 'group', emptied, 'not_found'],
    [
      'its caller’s group is gone',
      'group',
      ({ tenant, groupId }) => tenant.hear(groupDeleted, { groupId }),
      'not_found',
    ],
    [
      'the organization is suspended',
      'role',
      ({ tenant }) => tenant.hear(organizationSuspended),
      'organization_suspended',
    ],
    [
      'a second factor is asked for',
      'group',
      ({ tenant }) => tenant.hear(organizationSecurityChanged, { secondFactorRequired: true }),
      'second_factor_needed',
    ],
    ['the organization is gone', 'role', ({ tenant }) => tenant.hear(organizationDeleted), 'not_found'],
    [
      'a snapshot names its caller no more',
      'role',
      ({ tenant }) => tenant.snapshot({ [tenant.owner]: 'owner' }, {}),
      'not_found',
    ],
  ])('%s', async (_, by, happen, refusal) => {
    const who = await writer(by);
    const again = create(who.tenant);
    expect(await again(who.token)).toEqual({ answer: 204, isReplay: false });
    expect(await again(who.token)).toEqual({ answer: 204, isReplay: true });
    await happen(who);
    expect(await again(who.token)).toMatchObject({ answer: refusal });
    expect(await effects(who.tenant)).toBe(1);
  });

  function emptied({ tenant, groupId, subjectId }: Writer) {
    return tenant.hear(groupChanged, { groupId, memberIds: [subjectId], grants: [] });
  }

  it('a refusal is not what is repeated: the first answer comes again once its caller may have it', async () => {
    const { tenant, token, roleId } = await writer('role');
    const again = create(tenant);
    await again(token);
    await tenant.hear(roleChanged, { roleId, permissions: [] });
    expect(await again(token)).toMatchObject({ answer: 'forbidden' });
    await tenant.hear(roleChanged, { roleId, permissions: ['projects:create'] });
    expect(await again(token)).toEqual({ answer: 204, isReplay: true });
    await tenant.hear(organizationSuspended);
    expect(await again(token)).toMatchObject({ answer: 'organization_suspended' });
    await tenant.hear(organizationResumed);
    expect(await again(token)).toEqual({ answer: 204, isReplay: true });
    expect(await effects(tenant)).toBe(1);
  });

  it('a request that was refused at first is done when it may be, once', async () => {
    const { tenant, token, roleId } = await writer('role');
    const again = create(tenant);
    await tenant.hear(roleChanged, { roleId, permissions: [] });
    expect(await again(token)).toMatchObject({ answer: 'forbidden' });
    await tenant.hear(roleChanged, { roleId, permissions: ['projects:create'] });
    expect(await again(token)).toEqual({ answer: 204, isReplay: false });
    expect(await again(token)).toEqual({ answer: 204, isReplay: true });
    expect(await effects(tenant)).toBe(1);
  });
});
