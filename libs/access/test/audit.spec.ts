import { randomUUID } from 'node:crypto';
import type { AuditEntry, CloudEvent } from '@berth/contracts/events';
import { withCorrelation } from '@berth/service-kit';
import { startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Audit, auditChain, type Caller, isAddressOf, verifyChain } from '../src/index.js';
import { probe } from './fixtures/probe.service-definition.js';

const caller: Caller = {
  subjectId: randomUUID(),
  sessionId: randomUUID(),
  kind: 'user',
  administrator: false,
  secondFactor: false,
  scopes: ['*'],
  tokenExpiresAt: new Date(),
};

describe('the audit chain', () => {
  let service: TestService;
  let audit: Audit;

  beforeAll(async () => {
    // The relay would publish and delete what the tests look at.
    service = await startTestService(probe, { environment: { ROLE: 'api' } });
    audit = service.app.get(Audit);
  });
  afterAll(() => service.close());

  const record = (
    organizationId: string | null,
    detail: Record<string, unknown> = {},
    by: Caller | 'platform' = caller,
  ) =>
    service.database.transaction((tx) =>
      audit.record(tx, { by, action: 'apps:create', target: { kind: 'app', id: 'a1' }, organizationId, detail }),
    );
  const chain = (key: string) => auditChain(service.database, 'deployment-management', key);
  const events = async (key: string) => {
    const rows = await service.database.query<{ event: CloudEvent<AuditEntry> }>(
      'select event from outbox where key = $1 order by seq',
      [`audit/${key}`],
    );
    return rows.map(({ event }) => event);
  };

  it('links entries, and says the same in the event as in the row', async () => {
    const organizationId = randomUUID();
    await record(organizationId, { from: 1, to: 2 });
    await record(organizationId);
    const { entries, head } = await chain(organizationId);
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({
      sequence: 1,
      previousHash: '',
      actor: { kind: 'user', id: caller.subjectId },
      action: 'apps:create',
      target: { kind: 'app', id: 'a1' },
      detail: { from: 1, to: 2 },
      service: 'deployment-management',
    });
    expect(verifyChain(entries, head)).toBeUndefined();
    const told = await events(organizationId);
    expect(told.map((event) => event.data)).toEqual(entries);
    expect(told.map((event) => event.aggregateversion)).toEqual([1, 2]);
    expect(told[0]?.organizationid).toBe(organizationId);
  });

  it('says of an act by which session, in which request and from where, the last beside the chain', async () => {
    const organizationId = randomUUID();
    const clientAddress = () => '192.0.2.7';
    await withCorrelation({ correlationId: 'c-1', clientAddress }, () => record(organizationId));
    await withCorrelation({ correlationId: 'c-2' }, () => record(organizationId, {}, 'platform'));
    await withCorrelation({ correlationId: 'c-3', clientAddress }, () => record(organizationId, {}, 'platform'));
    const { entries, head } = await chain(organizationId);
    const addressDigest = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(entries.map(({ detail }) => detail.request)).toEqual([
      { sessionId: caller.sessionId, correlationId: 'c-1', addressDigest },
      { correlationId: 'c-2' },
      { correlationId: 'c-3' },
    ]);
    expect(verifyChain(entries, head)).toBeUndefined();
    const [told, ...others] = (await events(organizationId)).map(({ data }) => (data as { address?: object }).address);
    const salt = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(told).toEqual({ subjectId: caller.subjectId, address: '192.0.2.7', salt });
    // Nobody could have one erased that belongs to nobody.
    expect(others).toEqual([undefined, undefined]);
    const [entry] = entries as [AuditEntry];
    expect(isAddressOf(entry, told as { address: string; salt: string })).toBe(true);
    expect(isAddressOf(entry, { address: '192.0.2.8', salt: (told as { salt: string }).salt })).toBe(false);
  });

  it('has one chain for each organization and one for the platform', async () => {
    await record(null, {}, 'platform');
    const { entries, head } = await chain('platform');
    expect(entries).toMatchObject([{ organizationId: null, actor: { kind: 'platform', id: 'deployment-management' } }]);
    expect(verifyChain(entries, head)).toBeUndefined();
  });

  it('is contiguous and whole after 200 acts by 16 writers at once', async () => {
    const organizationId = randomUUID();
    const writer = async (count: number) => {
      for (let i = 0; i < count; i++) await record(organizationId, { i });
    };
    await Promise.all(Array.from({ length: 16 }, (_, i) => writer(i < 8 ? 13 : 12)));
    const { entries, head } = await chain(organizationId);
    expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(verifyChain(entries, head)).toBeUndefined();
  });

  it('leaves nothing of an act that was rolled back', async () => {
    const organizationId = randomUUID();
    await record(organizationId);
    const failing = service.database.transaction(async (tx) => {
      const target = { kind: 'app', id: 'a2' };
      await audit.record(tx, { by: caller, action: 'apps:delete', target, organizationId });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await record(organizationId);
    const { entries, head } = await chain(organizationId);
    expect(entries.map((entry) => entry.sequence)).toEqual([1, 2]);
    expect(verifyChain(entries, head)).toBeUndefined();
    expect(await events(organizationId)).toHaveLength(2);
  });

  it('stores awkward values in a form that verifies when read back', async () => {
    const organizationId = randomUUID();
    const awkward = {
      z: 1e21,
      a: 1e-7,
      text: 'ä\u0000\ud800"\\\n',
      nested: [{ b: null, a: [1.5, true] }],
      none: undefined,
    };
    await record(organizationId, { ...awkward, at: new Date(0), big: 2n ** 70n, nan: Number.NaN });
    const { entries, head } = await chain(organizationId);
    expect(verifyChain(entries, head)).toBeUndefined();
    expect(entries[0]?.detail).toMatchObject({ text: 'ä\ufffd"\\\n', at: '1970-01-01T00:00:00.000Z', nan: null });
  });

  it('keeps no secret, in rows or events', async () => {
    const organizationId = randomUUID();
    const canary = 'canary-6f1d';
    await record(organizationId, { password: canary, nested: { refreshToken: canary, list: [{ secretKey: canary }] } });
    const everything = JSON.stringify([await chain(organizationId), await events(organizationId)]);
    expect(everything).not.toContain(canary);
    expect(everything).toContain('[redacted]');
  });

  it.each([
    ['an edit', `update audit_entry set action = 'apps:read' where key = $1 and sequence = 2`, 2, 'changed'],
    ['an edit of detail', `update audit_entry set detail = '{"x":1}' where key = $1 and sequence = 3`, 3, 'changed'],
    [
      'another actor',
      `update audit_entry set actor = '{"kind":"user","id":"x"}' where key = $1 and sequence = 1`,
      1,
      'changed',
    ],
    ['another time', `update audit_entry set at = at + interval '1 ms' where key = $1 and sequence = 1`, 1, 'changed'],
    ['a deletion', `delete from audit_entry where key = $1 and sequence = 2`, 2, 'missing'],
    ['a deletion at the start', `delete from audit_entry where key = $1 and sequence = 1`, 1, 'missing'],
    ['a cut at the end', `delete from audit_entry where key = $1 and sequence = 4`, 4, 'truncated'],
    ['a cut of everything', `delete from audit_entry where key = $1`, 1, 'truncated'],
    [
      'a reordering',
      `update audit_entry set sequence = case sequence when 2 then -3 when 3 then -2 else sequence end where key = $1`,
      2,
      'changed',
    ],
  ])('shows %s', async (_, tamper, sequence, reason) => {
    const organizationId = randomUUID();
    for (let i = 0; i < 4; i++) await record(organizationId, { i });
    await service.database.query(tamper, [organizationId]);
    await service.database.query('update audit_entry set sequence = -sequence where key = $1 and sequence < 0', [
      organizationId,
    ]);
    const { entries, head } = await chain(organizationId);
    expect(verifyChain(entries, head)).toEqual({ sequence, reason });
  });
});
