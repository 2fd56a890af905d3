import { randomUUID } from 'node:crypto';
import { confineTo, Database, type Tx } from '@berth/service-kit';
import { startTestService } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Access, Audit } from '../src/index.js';
import { probe } from './fixtures/probe.service-definition.js';
import { type Stage, stageOf, Tenant } from './fixtures/tenant.js';

let stage: Stage;
let tenant: Tenant;
let token: string;
/** What the database was told of each request, in its transaction. */
const told: (string | null)[] = [];

const settingSql = `select current_setting('berth.organizations', true) as organizations`;
const look = async (tx: Tx): Promise<void> => {
  const [row] = await tx.query<{ organizations: string | null }>(settingSql);
  told.push(row?.organizations || null);
};

beforeAll(async () => {
  const service = await startTestService(probe, { environment: { LOG_LEVEL: 'silent' } });
  stage = await stageOf(service);
  tenant = await Tenant.create(stage);
  token = await tenant.token(tenant.owner);
  jest.spyOn(service.app.get(Audit, { strict: false }), 'record').mockImplementation(look);
});
beforeEach(() => void told.splice(0));
afterAll(() => stage.service.close());

const create = (organizationId: string, more: Record<string, string> = {}) =>
  tenant.ask('POST', `projects/${organizationId}`, token, more).then(({ status }) => status);

describe('a request that was allowed to act in an organization', () => {
  it('tells the database so when its transaction begins', async () => {
    expect(await create(tenant.id)).toBe(204);
    expect(told).toEqual([`{${tenant.id}}`]);
  });

  it('tells it also where its transaction began before, for its Idempotency-Key', async () => {
    expect(await create(tenant.id, { 'idempotency-key': 'once' })).toBe(204);
    expect(told).toEqual([`{${tenant.id}}`]);
  });

  it('says nothing of one that its caller did not get into', async () => {
    const other = await Tenant.create(stage);
    expect(await create(other.id)).toBe(404);
    expect(told).toEqual([]);
    const access = stage.service.app.get(Access, { strict: false });
    const require = jest.spyOn(access, 'require').mockImplementation(async (caller) => {
      const target = { organizationId: other.id };
      const refused = Access.prototype.require.call(access, caller, 'projects:create', target);
      await expect(refused).rejects.toMatchObject({ code: 'not_found' });
    });
    await create(other.id);
    require.mockRestore();
    expect(told).toEqual([null]);
  });

  it('may be allowed in two, and tells both', async () => {
    const access = stage.service.app.get(Access, { strict: false });
    const other = randomUUID();
    const require = jest.spyOn(access, 'require').mockImplementation(async (caller, permission, target) => {
      await Access.prototype.require.call(access, caller, permission, target);
      confineTo(other);
    });
    expect(await create(tenant.id)).toBe(204);
    require.mockRestore();
    expect(told).toEqual([`{${tenant.id},${other}}`]);
  });
});

it('what is done for no request tells nothing', async () => {
  const access = stage.service.app.get(Access, { strict: false });
  const caller = { subjectId: tenant.owner, sessionId: randomUUID(), kind: 'user', administrator: false } as const;
  const whole = { ...caller, secondFactor: false, scopes: ['*'], tokenExpiresAt: new Date(Date.now() + 60_000) };
  await access.require(whole, 'projects:create', { organizationId: tenant.id });
  await stage.service.app.get(Database, { strict: false }).transaction(look);
  expect(told).toEqual([null]);
});
