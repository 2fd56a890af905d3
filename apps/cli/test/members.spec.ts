import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, environment, idOf, json, page, problem, project, tagged } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

withPlatform();

const at = '2026-11-21T10:00:00.000Z';
const onOrganization = { kind: 'organization', id: idOf(1) };
const onProject = { kind: 'project', id: idOf(10) };
const onEnvironment = { kind: 'environment', id: idOf(20) };
const member = (number: number, email: string, changes: object = {}) => ({
  ...{
    id: idOf(number),
    organizationId: idOf(1),
    userId: idOf(number + 100),
    email,
    username: 'who',
    displayName: null,
  },
  ...{ scope: onOrganization, role: 'viewer', roleId: null, createdAt: at, ...changes },
});
const auditor = { id: idOf(6), organizationId: idOf(1), name: 'auditor', permissions: ['audit:read'], createdAt: at };

beforeEach(() => {
  platform.on('GET /v1/roles', page(auditor));
  platform.on(`GET /v1/projects/${idOf(10)}`, project('shop'));
  platform.on(`GET /v1/environments/${idOf(20)}`, environment('staging'));
});

describe('members', () => {
  const ann = member(5, 'ann@example.com', { role: 'owner' });
  const bob = member(6, 'bob@example.com', { scope: onProject });
  beforeEach(() => platform.on('GET /v1/memberships', page(ann, bob)));

  it('are listed with their roles by name, and with the names of places that one may see', async () => {
    const own = member(7, 'cleo@example.com', { role: 'custom', roleId: auditor.id, scope: onEnvironment });
    const hidden = member(8, 'dan@example.com', { scope: { kind: 'project', id: idOf(11) } });
    platform.on('GET /v1/memberships', page(ann, bob, own, hidden));
    platform.on(`GET /v1/projects/${idOf(11)}`, (_, response) => problem(response, 404, 'not_found'));
    const { stdout } = await terminal.berth(['orgs', 'members']);
    expect(stdout).toMatch(/ann@example.com +who +- +owner +organization/);
    expect(stdout).toMatch(/bob@example.com +who +- +viewer +project shop/);
    expect(stdout).toMatch(/cleo@example.com +who +- +auditor +environment staging/);
    expect(stdout).toContain(`project ${idOf(11)}`);
  });

  it('get a role on the organization, on a project and on an environment', async () => {
    platform.on('POST /v1/memberships', (_, response) => json(response, member(9, 'bob@example.com'), 201));
    const set = (...more: string[]) => terminal.berth(['orgs', 'set-role', 'bob@example.com', ...more]);
    expect(await set('developer')).toMatchObject({ code: 0, stdout: 'bob@example.com is developer there.\n' });
    expect(await set('auditor', '--env', 'staging')).toMatchObject({ code: 0 });
    const given = { organizationId: idOf(1), email: 'bob@example.com' };
    expect(platform.bodies('POST /v1/memberships')).toEqual([
      { ...given, scope: onOrganization, role: 'developer' },
      { ...given, scope: onEnvironment, role: 'custom', roleId: auditor.id },
    ]);
    expect(await set('king')).toMatchObject({ code: 4, stderr: expect.stringContaining('no role "king"') });
  });

  it('get another role in the place of the one that they have there, as it was read', async () => {
    platform.on(`GET /v1/memberships/${bob.id}`, tagged(bob));
    platform.on(`PATCH /v1/memberships/${bob.id}`, bob);
    const set = ['orgs', 'set-role', 'bob@example.com', 'admin', '--project', 'shop'];
    expect(await terminal.berth(set)).toMatchObject({ code: 0 });
    expect(platform.bodies(`PATCH /v1/memberships/${bob.id}`)).toEqual([{ role: 'admin' }]);
    expect(platform.to(`PATCH /v1/memberships/${bob.id}`)[0]?.headers['if-match']).toBe('"7"');
  });

  it('are the same however their address is typed', async () => {
    platform.on(`GET /v1/memberships/${bob.id}`, tagged(bob));
    platform.on(`PATCH /v1/memberships/${bob.id}`, bob);
    const set = ['orgs', 'set-role', ' Bob@Example.com', 'admin', '--project', 'shop'];
    expect(await terminal.berth(set)).toMatchObject({ code: 0, stdout: 'bob@example.com is admin there.\n' });
  });

  it.each([
    ['of somebody else goes first', ann.userId, ['organization', 'project']],
    ['of oneself goes last', bob.userId, ['project', 'organization']],
  ])('lose all roles so that a refusal changes nothing: that on the organization %s', async (_, self, order) => {
    const both = member(9, 'bob@example.com', { userId: bob.userId });
    platform.on('GET /v1/me', { id: self });
    platform.on('GET /v1/memberships', page(ann, bob, both));
    const kinds = new Map([bob, both].map(({ id, scope }) => [`/v1/memberships/${id}`, scope.kind]));
    for (const path of kinds.keys()) platform.on(`DELETE ${path}`, done);
    await terminal.berth(['orgs', 'remove-member', 'BOB@example.com', '--yes']);
    const removed = platform.received.filter(({ method }) => method === 'DELETE').map(({ path }) => kinds.get(path));
    expect(removed).toEqual(order);
  });

  it('are removed by machines, too, which are nobody themselves', async () => {
    const both = member(9, 'bob@example.com', { userId: bob.userId });
    platform.on('GET /v1/me', (_, response) => problem(response, 404, 'not_found'));
    platform.on('GET /v1/memberships', page(ann, bob, both));
    for (const { id } of [bob, both]) platform.on(`DELETE /v1/memberships/${id}`, done);
    const remove = ['orgs', 'remove-member', 'bob@example.com', '--yes'];
    expect(await terminal.berth(remove)).toMatchObject({ code: 0, stdout: 'bob@example.com has left acme.\n' });
  });

  it('lose an only role without a question who asks', async () => {
    platform.on(`DELETE /v1/memberships/${bob.id}`, done);
    expect(await terminal.berth(['orgs', 'remove-member', 'bob@example.com', '--yes'])).toMatchObject({ code: 0 });
    expect(platform.to('GET /v1/me')).toEqual([]);
  });

  it('lose one role, or all of them', async () => {
    const both = member(9, 'bob@example.com');
    platform.on('GET /v1/me', { id: ann.userId });
    platform.on('GET /v1/memberships', page(ann, bob, both));
    for (const { id } of [bob, both]) platform.on(`DELETE /v1/memberships/${id}`, done);
    const remove = (...more: string[]) => terminal.berth(['orgs', 'remove-member', 'bob@example.com', ...more]);
    expect(await remove()).toMatchObject({ code: 2, stdout: '' });
    expect(await remove('--project', 'shop', '--yes')).toMatchObject({ code: 0 });
    expect(platform.to(`DELETE /v1/memberships/${both.id}`)).toHaveLength(0);
    expect(await remove('--yes')).toMatchObject({ code: 0, stdout: 'bob@example.com has left acme.\n' });
    for (const [{ id }, times] of [[bob, 2] as const, [both, 1] as const])
      expect(platform.to(`DELETE /v1/memberships/${id}`)).toHaveLength(times);
    expect(await remove('--env', 'staging', '--yes')).toMatchObject({ code: 4 });
  });
});

describe('invitations', () => {
  const invitation = {
    ...{ id: idOf(5), organizationId: idOf(1), email: 'bob@example.com', scope: onProject, role: 'viewer' },
    ...{ expiresAt: at, createdAt: at },
  };

  it('are for the organization, or for a part of it', async () => {
    platform.on('POST /v1/invitations', (_, response) => json(response, invitation, 201));
    const invite = ['orgs', 'invite', 'bob@example.com', '--role', 'viewer'];
    expect((await terminal.berth([...invite, '--project', 'shop'])).stdout).toContain('to shop as viewer');
    expect(platform.bodies('POST /v1/invitations')).toEqual([
      { organizationId: idOf(1), email: 'bob@example.com', role: 'viewer', scope: onProject },
    ]);
  });

  it('are listed, sent again and withdrawn by address', async () => {
    platform.on('GET /v1/invitations', page(invitation));
    platform.on(`POST /v1/invitations/${invitation.id}/resend`, done);
    platform.on(`DELETE /v1/invitations/${invitation.id}`, done);
    expect((await terminal.berth(['orgs', 'invitations'])).stdout).toMatch(/bob@example.com +viewer +project shop/);
    for (const verb of ['resend-invitation', 'withdraw-invitation']) {
      expect(await terminal.berth(['orgs', verb, 'bob@example.com'])).toMatchObject({ code: 0 });
      expect(await terminal.berth(['orgs', verb, 'eve@example.com'])).toMatchObject({ code: 4, stdout: '' });
    }
    expect(platform.to(`POST /v1/invitations/${invitation.id}/resend`)).toHaveLength(1);
    expect(platform.to(`DELETE /v1/invitations/${invitation.id}`)).toHaveLength(1);
  });

  it('are accepted and declined by the code of the mail', async () => {
    platform.on('POST /v1/invitations/accept', (_, response) => json(response, member(5, 'me@example.com'), 201));
    platform.on('POST /v1/invitations/decline', done);
    expect((await terminal.berth(['orgs', 'join', 'the-code'])).stdout).toContain('viewer on the organization');
    expect(await terminal.berth(['orgs', 'decline', 'the-code'])).toMatchObject({ code: 0 });
    for (const verb of ['accept', 'decline'])
      expect(platform.bodies(`POST /v1/invitations/${verb}`)).toEqual([{ token: 'the-code' }]);
  });
});

describe('groups', () => {
  const [ann, bob] = [member(5, 'ann@example.com'), member(6, 'bob@example.com')];
  const crew = {
    ...{ id: idOf(4), organizationId: idOf(1), name: 'crew', memberIds: [ann.userId], createdAt: at },
    grants: [
      { scope: onProject, role: 'developer' },
      { scope: onOrganization, role: 'custom', roleId: auditor.id },
    ],
  };
  const path = `/v1/groups/${crew.id}`;
  beforeEach(() => {
    platform.on('GET /v1/memberships', page(ann, bob));
    platform.on('GET /v1/groups', page(crew));
    platform.on(`GET ${path}`, tagged(crew));
    platform.on(`PATCH ${path}`, crew);
  });
  const changes = () => platform.bodies(`PATCH ${path}`);
  const groups = (...argv: string[]) => terminal.berth(['groups', ...argv]);

  it('are listed with who is in them and what they may where', async () => {
    expect((await groups('list')).stdout).toMatch(
      /crew +ann@example.com +developer on project shop, auditor on organization/,
    );
  });

  it('are made of members, and deleted by name', async () => {
    platform.on('POST /v1/groups', (_, response) => json(response, crew, 201));
    platform.on(`DELETE ${path}`, done);
    expect(await groups('create', 'crew', 'ann@example.com')).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/groups')).toEqual([
      { organizationId: idOf(1), name: 'crew', memberIds: [ann.userId] },
    ]);
    const stranger = await groups('create', 'crew', 'eve@example.com');
    expect(stranger).toMatchObject({ code: 4, stderr: expect.stringContaining('orgs invite eve@example.com') });
    expect(await groups('delete', 'crew')).toMatchObject({ code: 2 });
    expect(await groups('delete', 'crew', '--yes')).toMatchObject({ code: 0 });
    expect(await groups('delete', 'band', '--yes')).toMatchObject({ code: 4 });
  });

  it('take members in and let them go, as they were read', async () => {
    expect(await groups('add', 'crew', 'bob@example.com', 'ann@example.com')).toMatchObject({ code: 0 });
    expect(await groups('remove', 'crew', 'ann@example.com')).toMatchObject({ code: 0 });
    expect(changes()).toEqual([{ memberIds: [ann.userId, bob.userId] }, { memberIds: [] }]);
    for (const { headers } of platform.to(`PATCH ${path}`)) expect(headers['if-match']).toBe('"7"');
  });

  it('have one role at each place', async () => {
    expect(await groups('set-role', 'crew', 'admin', '--project', 'shop')).toMatchObject({ code: 0 });
    expect(await groups('set-role', 'crew', 'auditor', '--env', 'staging')).toMatchObject({ code: 0 });
    expect(await groups('unset-role', 'crew')).toMatchObject({ code: 0 });
    const [developer, audits] = crew.grants;
    expect(changes()).toEqual([
      { grants: [audits, { scope: onProject, role: 'admin' }] },
      { grants: [developer, audits, { scope: onEnvironment, role: 'custom', roleId: auditor.id }] },
      { grants: [developer] },
    ]);
    expect(await groups('set-role', 'crew', 'owner')).toMatchObject({ code: 2 });
    expect(await groups('unset-role', 'crew', '--env', 'staging')).toMatchObject({ code: 4 });
  });
});
