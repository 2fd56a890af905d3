import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '@berth/contracts/events';
import type { AuditVerification, CreatedClientSecret, MemberView } from '@berth/contracts/identity';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CallOptions, IdentityService, type Person } from './fixtures/identity-service.js';

let identity: IdentityService;
let admin: string;
let owner: Person;
let member: MemberView;
let organizationId: string;
let access: string;

beforeAll(async () => {
  identity = await IdentityService.start({
    BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'the first password',
  });
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
  owner = await identity.person();
  const made = await identity.organization(owner.accessToken);
  [organizationId, access] = [made.organization.id, made.access];
  const joined = await identity.join(
    await identity.person(),
    { organizationId, role: 'developer' },
    { token: owner.accessToken, headers: { 'berth-access': access } },
  );
  [member, access] = [joined.body, joined.headers.get('berth-access') ?? access];
});
afterAll(() => identity.close());

/** As the owner, unless the token is another's; what has to be done before must be well done. */
async function act<Body = { id: string }>(method: string, path: string, body?: unknown, options: CallOptions = {}) {
  const headers = { 'berth-access': access, 'if-match': '*' };
  const answer = await identity.call<Body>(method, path, { token: owner.accessToken, body, headers, ...options });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  access = answer.headers.get('berth-access') ?? access;
  return answer.body;
}

/** What the newest entry of an action says of the act, as the API answers it. */
async function told(
  action: string,
  target: string,
  trail = `/v1/audit?organization=${organizationId}&`,
  token = owner.accessToken,
) {
  return eventually(async () => {
    const path = `${trail}action=${action}&target=${target}`;
    const { body } = await identity.call<{ items: AuditEntry[] }>('GET', path, { token });
    const [newest] = body.items;
    if (!newest) throw new Error(`nobody was told of ${action} of ${target}`);
    const { request: _, ...said } = newest.detail;
    return said;
  });
}
const toldOfPlatform = (action: string, target: string) =>
  told(action, target, '/v1/admin/user-management/audit?', admin);

describe('an entry of the audit trail says what was before', () => {
  it('of the settings of an organization, in which only what changed is named', async () => {
    await act('PATCH', `/v1/organizations/${organizationId}`, { displayName: 'Acme' });
    await act('PATCH', `/v1/organizations/${organizationId}`, { displayName: 'Acme Ltd' });
    await eventually(async () =>
      expect(await told('organizations:update', organizationId)).toEqual({
        before: { displayName: 'Acme' },
        after: { displayName: 'Acme Ltd' },
      }),
    );
  });

  it('of a suspension, with its reason, and of its end', async () => {
    const because = { reason: 'ticket 4711' };
    const at = `/v1/admin/user-management/organizations/${organizationId}`;
    await act('POST', `${at}/suspend`, because, { token: admin });
    await act('POST', `${at}/resume`, because, { token: admin });
    expect(await told('organizations:suspend', organizationId)).toEqual({
      ...because,
      before: { suspendedFor: null },
      after: { suspendedFor: 'administrator' },
    });
    expect(await told('organizations:resume', organizationId)).toEqual({
      ...because,
      before: { suspendedFor: 'administrator' },
      after: { suspendedFor: null },
    });
  });

  it('of a quota', async () => {
    const { items: _, ...quota } = await act<Record<string, unknown>>('GET', `/v1/quotas/${organizationId}`);
    await act('PUT', `/v1/quotas/${organizationId}`, { ...quota, apps: 7 }, { token: admin });
    expect(await told('quotas:update', organizationId)).toEqual({
      before: { apps: quota['apps'] },
      after: { apps: 7 },
    });
  });

  it('of a role that somebody has, and when it is taken', async () => {
    await act('PATCH', `/v1/memberships/${member.id}`, { role: 'admin' });
    const detail = { subjectId: member.userId, scope: member.scope };
    expect(await told('memberships:update', member.id)).toEqual({
      ...{ ...detail, role: 'admin' },
      before: { role: 'developer' },
      after: { role: 'admin' },
    });
    await act('DELETE', `/v1/memberships/${member.id}`);
    expect(await told('memberships:delete', member.id)).toEqual({
      ...{ ...detail, role: 'admin' },
      before: { role: 'admin' },
      after: {},
    });
  });

  it('of a role of the organization: of what it holds', async () => {
    const body = { organizationId, name: 'deployer', permissions: ['deployments:create'] };
    const { id } = await act('POST', '/v1/roles', body);
    await act('PATCH', `/v1/roles/${id}`, { permissions: ['deployments:create', 'apps:read'] });
    await act('DELETE', `/v1/roles/${id}`);
    expect((await told('roles:update', id)).before).toEqual({ permissions: ['deployments:create'] });
    expect(await told('roles:delete', id)).toMatchObject({
      before: { permissions: ['deployments:create', 'apps:read'] },
      after: {},
    });
  });

  it('of a group: of who is in it and of what they have by it, each where it changed', async () => {
    const grants = [{ scope: { kind: 'project', id: randomUUID() }, role: 'viewer' }];
    const { id } = await act('POST', '/v1/groups', { organizationId, name: 'crew', memberIds: [], grants });
    await act('PATCH', `/v1/groups/${id}`, { grants: [{ ...grants[0], role: 'developer' }] });
    const developer = [{ ...grants[0], role: 'developer' }];
    expect(await told('groups:update', id)).toEqual({
      ...{ name: 'crew', before: { grants }, after: { grants: developer } },
    });
    await act('DELETE', `/v1/groups/${id}`);
    expect((await told('groups:delete', id)).before).toEqual({ memberIds: [], grants: developer });
  });

  it('of who may sign up: as it was configured, before anybody said otherwise', async () => {
    const path = '/v1/admin/user-management/sign-up-policy';
    await act('PUT', path, { mode: 'invitation', domains: ['example.com'] }, { token: admin });
    expect(await toldOfPlatform('sign-up:update', 'platform')).toEqual({
      before: { mode: 'open', domains: [] },
      after: { mode: 'invitation', domains: ['example.com'] },
    });
    await act('PUT', path, { mode: 'open', domains: [] }, { token: admin });
  });

  it('of tokens that were revoked: what they could do', async () => {
    const scopes = ['apps:read'];
    const mine = await act<{ id: string; expiresAt: string }>('POST', '/v1/api-tokens', { name: 'ci', scopes });
    await act('DELETE', `/v1/api-tokens/${mine.id}`);
    expect(await toldOfPlatform('api-tokens:delete', mine.id)).toEqual({
      before: { scopes, expiresAt: mine.expiresAt },
      after: {},
    });
  });
});

it('no secret and nothing of a person comes into the audit trail by what was before, in an entry or in an event', async () => {
  const canary = `canary-${randomUUID()}`;
  const provider = await act('POST', '/v1/identity-providers', {
    ...{ organizationId, displayName: 'Company login', clientId: 'berth', clientSecret: `${canary}-1` },
    endpoints: { kind: 'oidc', issuer: 'https://login.example.com' },
  });
  await act('PATCH', `/v1/identity-providers/${provider.id}`, { clientId: 'other', clientSecret: `${canary}-2` });
  const account = await act('POST', '/v1/service-accounts', { organizationId, name: 'ci', role: 'viewer' });
  const secrets = `/v1/service-accounts/${account.id}/secrets`;
  const secret = await act<CreatedClientSecret>('POST', secrets, {});
  await act('DELETE', `${secrets}/${secret.id}`);
  await act('PATCH', '/v1/me', { displayName: `${canary} Doe` });
  await act('PATCH', '/v1/me', { displayName: null });

  expect(await told('identity-providers:update', provider.id)).toMatchObject({
    before: { clientId: 'berth', clientSecret: '[redacted]' },
    after: { clientId: 'other', clientSecret: '[redacted]' },
  });
  expect((await told('service-accounts:revoke-secret', secret.id)).before).toEqual({ expiresAt: secret.expiresAt });
  const rows = await identity.database.query<{ text: string }>(
    `select entry::text as text from audit_trail union all select row_to_json(e)::text from audit_entry e`,
  );
  const everything = rows.map(({ text }) => text).join('\n');
  for (const hidden of [canary, secret.clientSecret, owner.email, owner.password])
    expect(everything).not.toContain(hidden);
  expect(everything).toContain('"changed": ["displayName"]');

  const path = `/v1/audit/verification?organization=${organizationId}`;
  const { items } = await act<AuditVerification>('GET', path);
  expect(items).toMatchObject([{ service: 'user-management', broken: null }]);
});
