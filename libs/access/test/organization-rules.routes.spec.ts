import { randomUUID } from 'node:crypto';

import {
  membershipGranted,
  organizationResumed,
  organizationSecurityChanged,
  organizationSuspended,
} from '@berth/contracts/events';
import { patient, startTestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { probe } from './fixtures/probe.service-definition.js';
import { type Stage, stageOf, Tenant } from './fixtures/tenant.js';

let stage: Stage;
beforeAll(async () => {
  stage = await stageOf(await startTestService(probe, patient));
});
afterAll(() => stage.service.close());

/** Every kind of route there is, by what it asks of whom. */
const routes = {
  'what is one’s own': ['GET', () => 'me'],
  'the list of organizations': ['GET', () => 'organizations'],
  'a read': ['GET', (id: string) => `projects/${id}`],
  'a read of logs': ['GET', (id: string) => `logs/${id}`],
  'a read of secrets': ['GET', (id: string) => `secrets/${id}`],
  'a write': ['POST', (id: string) => `projects/${id}`],
  'the end of the organization': ['DELETE', (id: string) => `organizations/${id}`],
  'an operation on the organization': ['POST', (id: string) => `quotas/${id}`],
  'an operation on the platform': ['POST', () => 'platform'],
} as const;
type Route = keyof typeof routes;
const all = Object.keys(routes) as Route[];

const ask = async (tenant: Tenant, route: Route, token: string) => {
  const [method, path] = routes[route];
  const { status, code } = await tenant.ask(method, path(tenant.id), token);
  return code ?? status;
};
/** What each route answers: the code of its refusal, or its status. */
const answers = async (tenant: Tenant, token: string) => {
  const found = new Map<Route, string | number>();
  for (const route of all) found.set(route, await ask(tenant, route, token));
  return Object.fromEntries(found) as Record<Route, string | number>;
};

const ownerAnswers: Record<Route, string | number> = {
  'what is one’s own': 200,
  'the list of organizations': 200,
  'a read': 200,
  'a read of logs': 200,
  'a read of secrets': 200,
  'a write': 204,
  'the end of the organization': 204,
  'an operation on the organization': 'forbidden',
  'an operation on the platform': 'forbidden',
};
const administratorAnswers: Record<Route, string | number> = {
  ...ownerAnswers,
  'a read of secrets': 'forbidden',
  'a write': 'forbidden',
  'the end of the organization': 'forbidden',
  'an operation on the organization': 204,
  'an operation on the platform': 201,
};
const strangerAnswers: Record<Route, string | number> = {
  'what is one’s own': 200,
  'the list of organizations': 200,
  'a read': 'not_found',
  'a read of logs': 'not_found',
  'a read of secrets': 'not_found',
  'a write': 'not_found',
  'the end of the organization': 'not_found',
  'an operation on the organization': 'not_found',
  'an operation on the platform': 'forbidden',
};

/** As user-management signs it for a service account. */
const machineToken = ({ identity }: Stage, subjectId: string) =>
  new SignJWT({ sid: randomUUID(), scope: '*', kind: 'service-account' })
    .setProtectedHeader({ alg: 'RS256', kid: identity.kid, typ: 'at+jwt' })
    .setSubject(subjectId)
    .setIssuer('berth')
    .setAudience('berth')
    .setExpirationTime('10m')
    .sign(identity.privateKey);

describe('an organization that is suspended, on every kind of route', () => {
  const suspended = async () => {
    const tenant = await Tenant.create(stage);
    await tenant.hear(organizationSuspended);
    return tenant;
  };

  it('leaves its owner reading, except secrets, and able to end it; and gives everything back when it is resumed', async () => {
    const tenant = await Tenant.create(stage);
    const token = await tenant.token(tenant.owner);
    expect(await answers(tenant, token)).toEqual(ownerAnswers);
    await tenant.hear(organizationSuspended);
    expect(await answers(tenant, token)).toEqual({
      ...ownerAnswers,
      'a read of secrets': 'organization_suspended',
      'a write': 'organization_suspended',
      'an operation on the organization': 'organization_suspended',
    });
    await tenant.hear(organizationResumed);
    expect(await answers(tenant, token)).toEqual(ownerAnswers);
  });

  it('does not give a viewer what the suspension leaves to owners', async () => {
    const [tenant, viewer] = [await suspended(), randomUUID()];
    await tenant.hear(membershipGranted, { subjectId: viewer, scope: tenant.place, role: 'viewer' });
    expect(await answers(tenant, await tenant.token(viewer))).toMatchObject({
      'a read': 200,
      'a write': 'organization_suspended',
      'the end of the organization': 'forbidden',
    });
  });

  it('is no hindrance to administrators of the platform', async () => {
    const tenant = await suspended();
    const token = await tenant.token(randomUUID(), { administrator: true });
    expect(await answers(tenant, token)).toEqual(administratorAnswers);
  });

  it('shows a stranger nothing, not even that it is suspended', async () => {
    const tenant = await suspended();
    expect(await answers(tenant, await tenant.token(randomUUID()))).toEqual(strangerAnswers);
  });

  it('binds a machine as it binds a person', async () => {
    const tenant = await suspended();
    expect(await answers(tenant, await machineToken(stage, tenant.owner))).toMatchObject({
      'a read': 200,
      'a write': 'organization_suspended',
    });
  });

  it('concerns no other organization of the same person', async () => {
    const [tenant, other] = [await suspended(), await Tenant.create(stage)];
    await other.hear(membershipGranted, { subjectId: tenant.owner, scope: other.place, role: 'owner' });
    expect(await answers(other, await tenant.token(tenant.owner))).toEqual(ownerAnswers);
  });
});

describe('an organization that asks for a second factor, on every kind of route', () => {
  const strict = async () => {
    const tenant = await Tenant.create(stage);
    await tenant.hear(organizationSecurityChanged, { secondFactorRequired: true });
    return tenant;
  };
  const anywhere = new Set<Route>(['what is one’s own', 'the list of organizations', 'an operation on the platform']);

  it('refuses a session without one wherever the organization is asked about, and nowhere else', async () => {
    const tenant = await strict();
    const asked = await answers(tenant, await tenant.token(tenant.owner));
    for (const route of all)
      expect([route, asked[route]]).toEqual([
        route,
        anywhere.has(route) ? ownerAnswers[route] : 'second_factor_needed',
      ]);
  });

  it('does not hinder a session that has shown one, a machine, or an administrator of the platform', async () => {
    const tenant = await strict();
    const token = await tenant.token(tenant.owner, { secondFactor: true });
    expect(await answers(tenant, token)).toEqual(ownerAnswers);
    expect(await answers(tenant, await machineToken(stage, tenant.owner))).toEqual(ownerAnswers);
    const administrator = await tenant.token(randomUUID(), { administrator: true });
    expect(await answers(tenant, administrator)).toEqual(administratorAnswers);
  });

  it('is not known to strangers, with a second factor or without', async () => {
    const tenant = await strict();
    for (const secondFactor of [true, false])
      expect(await answers(tenant, await tenant.token(randomUUID(), { secondFactor }))).toEqual(strangerAnswers);
  });

  it('asks for it first and then tells that it is suspended', async () => {
    const tenant = await strict();
    await tenant.hear(organizationSuspended);
    expect(await ask(tenant, 'a write', await tenant.token(tenant.owner))).toBe('second_factor_needed');
    const shown = await tenant.token(tenant.owner, { secondFactor: true });
    expect(await ask(tenant, 'a write', shown)).toBe('organization_suspended');
  });
});

describe('a platform that asks for a second factor, on every kind of route', () => {
  let strict: Stage;
  beforeAll(async () => {
    strict = await stageOf(
      await startTestService(probe, { ...patient, environment: { SECOND_FACTOR_REQUIRED: 'true' } }),
    );
  });
  afterAll(() => strict.service.close());
  const anywhere = new Set<Route>(['what is one’s own', 'the list of organizations']);

  it.each([
    ['a member', false, ownerAnswers],
    ['an administrator', true, administratorAnswers],
  ])('refuses %s without one wherever more is asked for than what is their own', async (_, administrator, usual) => {
    const tenant = await Tenant.create(strict);
    const who = administrator ? randomUUID() : tenant.owner;
    const asked = await answers(tenant, await tenant.token(who, { administrator }));
    const isRefused = (route: Route) =>
      !anywhere.has(route) && (administrator || route !== 'an operation on the platform');
    for (const route of all)
      expect([route, asked[route]]).toEqual([route, isRefused(route) ? 'second_factor_needed' : usual[route]]);
    expect(await answers(tenant, await tenant.token(who, { administrator, secondFactor: true }))).toEqual(usual);
  });

  it('does not hinder a machine, and tells strangers no more than otherwise', async () => {
    const tenant = await Tenant.create(strict);
    expect(await answers(tenant, await machineToken(strict, tenant.owner))).toEqual(ownerAnswers);
    expect(await answers(tenant, await tenant.token(randomUUID()))).toEqual(strangerAnswers);
  });
});

describe('a machine’s token', () => {
  it('may do what its role allows and read its own, and change nothing that is for people', async () => {
    const tenant = await Tenant.create(stage);
    const machine = await machineToken(stage, tenant.owner);
    expect(await answers(tenant, machine)).toEqual(ownerAnswers);
    const found = (token: string) => tenant.ask('POST', `founded/${tenant.id}/1`, token);
    expect(await found(machine)).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await found(await tenant.token(tenant.owner))).status).toBe(201);
  });
});

describe('a token of some scopes', () => {
  it.each<[string, string[], Partial<Record<Route, string | number>>]>([
    ['of reads', ['projects:read'], { 'a read': 200, 'a write': 'forbidden', 'a read of logs': 'forbidden' }],
    ['of a segment', ['projects:*'], { 'a read': 200, 'a write': 204, 'a read of secrets': 'forbidden' }],
    ['of nothing', [], { 'a read': 'forbidden', 'a write': 'forbidden', 'the end of the organization': 'forbidden' }],
    [
      'of what the role lacks',
      ['quotas:*'],
      { 'a read': 'forbidden', 'an operation on the organization': 'forbidden' },
    ],
  ])('%s narrows what its person may do, and widens nothing', async (_, scopes, expected) => {
    const tenant = await Tenant.create(stage);
    expect(await answers(tenant, await tenant.token(tenant.owner, { scopes }))).toMatchObject({
      'what is one’s own': 200,
      ...expected,
    });
  });

  it('narrows an administrator, too', async () => {
    const tenant = await Tenant.create(stage);
    const token = await tenant.token(randomUUID(), { administrator: true, scopes: ['projects:read'] });
    expect(await answers(tenant, token)).toMatchObject({
      'a read': 200,
      'an operation on the organization': 'forbidden',
      'an operation on the platform': 'forbidden',
    });
  });
});
