import { randomUUID } from 'node:crypto';
import { recompute } from '@berth/billing';
import type { ClosingChecklist } from '@berth/contracts/metering';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Billing, core, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { changed, MeteringApp, type Place, somewhere, startOfTest } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());
beforeEach(() => billing.goTo('2026-11-20T12:00:00.000Z'));

const checklist = async ({ organizationId }: Place) =>
  (await app.call(`/v1/admin/metering/closings/${organizationId}`, billing.administrator))
    .body as unknown as ClosingChecklist;
/** Every check that is not simply fine. */
const raised = async (place: Place) =>
  Object.fromEntries(
    (await checklist(place)).checks.filter(({ state }) => state !== 'ok').map(({ name, state }) => [name, state]),
  );
const close = ({ organizationId }: Place) => billing.administer('closings', { organizationId });
const waive = ({ organizationId }: Place, over: object = {}) =>
  billing.administer(`closings/${organizationId}/waivers`, {
    ...{ month: '2026-11', metric: 'memory', reason: 'given to early customers', ...over },
  });
const reopen = ({ organizationId }: Place, month: string) =>
  billing.administer(`closings/${organizationId}/reopenings`, { month, reason: 'wrong price book' });

/** Memory has no price there. */
async function withoutMemory(place: Place, prices: object = cpuOnly) {
  const book = await billing.administer('price-books', {
    ...{ name: `cpu-${randomUUID().slice(0, 8)}`, currency: 'EUR', prices },
  });
  await billing.account(place, { priceBookId: book.body['id'] });
}
const cpuOnly = { rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.02' } }] };
/** 100 hours of November. */
const tellNovember = (place: Place) =>
  billing.tellAt('2026-11-20T12:00:00.000Z', ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));

describe('the checklist of a period', () => {
  it('says that the month is not over, then that late usage is waited for, then nothing', async () => {
    const place = somewhere();
    await tellNovember(place);
    expect(await raised(place)).toEqual({ period_over: 'blocks', grace_over: 'attention' });
    await billing.goTo('2026-12-01T00:00:00.000Z');
    expect(await checklist(place)).toMatchObject({
      ...{ organizationId: place.organizationId, closable: true, unpriced: [] },
      period: { month: '2026-11', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
    });
    expect(await raised(place)).toEqual({ grace_over: 'attention' });
    await billing.goTo('2026-12-04T00:00:00.000Z');
    expect(await raised(place)).toEqual({});
  });

  it('says which workloads an event of is missing, and of which nothing is heard', async () => {
    const place = somewhere();
    const other = somewhere({ organizationId: place.organizationId });
    const at = Date.parse('2026-11-10T00:00:00.000Z') - startOfTest;
    await app.tell(
      changed(place, { version: 1, at, entries: [core] }),
      changed(other, { version: 2, at, entries: [] }),
    );
    await billing.goTo('2026-12-05T00:00:00.000Z');
    expect(await raised(place)).toEqual({ missing_events: 'blocks', silent_workloads: 'attention' });
    expect((await close(place)).body).toMatchObject({ code: 'period_blocked', detail: 'missing_events: 1 workloads' });
    await app.tell(changed(other, { version: 1, at, entries: [core] }));
    expect(await raised(place)).toEqual({ silent_workloads: 'attention' });
    expect((await close(place)).status).toBe(200);
  });

  it('keeps a period open while an event of the organization waits for a decision', async () => {
    const place = somewhere();
    const thief = somewhere({ workloadId: place.workloadId });
    await tellNovember(place);
    const key = randomUUID();
    await app.tellAs(key, changed(thief, { version: 3, at: 0, entries: [core] })).catch(() => undefined);
    await billing.account(thief, {});
    await billing.goTo('2026-12-05T00:00:00.000Z');
    expect(await raised(thief)).toEqual({ dead_letters: 'blocks' });
    expect(await raised(place)).toEqual({});
    const { body } = await app.call('/v1/admin/metering/dead-letters', billing.administrator);
    const [letter] = (body['items'] as { id: string; organizationId: string; key: string }[]).filter(
      (each) => each.key === key,
    );
    await billing.administer('dead-letters/discards', { id: letter!.id, reason: 'not theirs' });
    await billing.administer('dead-letters/replays', { key, reason: 'go on' });
    expect(await raised(thief)).toEqual({});
  });

  it('keeps a period open whose usage does not add up', async () => {
    const place = somewhere();
    await tellNovember(place);
    await billing.goTo('2026-12-05T00:00:00.000Z');
    const drift = [randomUUID(), place.organizationId];
    await app.database.query(
      `insert into usage_drift (subject, organization_id, stage, detail, since) values ($1, $2, 'spans', 'x', now())`,
      drift,
    );
    expect(await raised(place)).toEqual({ conserved_usage: 'blocks' });
    await app.database.query('delete from usage_drift where subject = $1', [drift[0]]);
    expect(await raised(place)).toEqual({});
  });

  it('is for administrators, of organizations that used anything', async () => {
    const path = `/v1/admin/metering/closings/${randomUUID()}`;
    expect((await app.call(path, billing.administrator)).body).toMatchObject({ code: 'nothing_to_close' });
    expect((await app.call(path, await app.viewer(randomUUID()))).status).toBe(403);
  });
});

describe('the time that late usage is waited for', () => {
  it.each([
    ['ten days', '10', '2026-12-11T00:00:00.000Z'],
    ['one day', '1', '2026-12-02T00:00:00.000Z'],
    ['no time', '0', '2026-12-01T00:00:00.000Z'],
  ])('may be %s: what is told in it is in the invoice', async (_name, LATE_USAGE_DAYS, end) => {
    const other = await MeteringApp.start({ LATE_USAGE_DAYS });
    try {
      const others = await Billing.of(other);
      const place = somewhere();
      await others.tellAt(
        '2026-11-20T12:00:00.000Z',
        ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-10T10:00:00.000Z'),
      );
      const justBefore = new Date(Date.parse(end) - 1).toISOString();
      await others.closeAt(justBefore);
      expect(await others.invoices(place)).toEqual([]);
      const late = somewhere({ organizationId: place.organizationId });
      await other.tell(...runs(late, '2026-11-29T00:00:00.000Z', '2026-11-29T10:00:00.000Z'));
      await others.closeAt(end);
      // 20 hours: 0.56 + 0.14
      expect((await others.invoices(place)).map(({ month, due }) => [month, due])).toEqual([['2026-11', '0.70']]);
    } finally {
      await other.close();
    }
  });
});

describe('usage without a price', () => {
  it('keeps its period open, and is listed among those that are', async () => {
    const place = somewhere();
    await withoutMemory(place);
    await tellNovember(place);
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const { unpriced, closable } = await checklist(place);
    // 100 hours of 1 GiB
    const quantity = String(100n * 3_600_000n * 2n ** 30n);
    expect({ unpriced, closable }).toEqual({
      ...{ closable: false, unpriced: [{ month: '2026-11', metric: 'memory', version: 1, quantity, waiver: null }] },
    });
    const list = await app.call('/v1/admin/metering/closings?limit=200', billing.administrator);
    expect(list.body['items']).toContainEqual({
      ...{ organizationId: place.organizationId, month: '2026-11', lookedAgainAt: '2026-12-05T00:10:00.000Z' },
      blocked: expect.stringMatching(/^unpriced_usage: memory in version 1 of cpu-/) as unknown,
    });
  });

  it('is billed without a charge once somebody answers for it, and the invoice says why', async () => {
    const place = somewhere();
    await withoutMemory(place);
    await tellNovember(place);
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    expect((await waive(place, { metric: 'cpu' })).body).toMatchObject({ code: 'nothing_to_waive' });
    expect((await waive(place, { month: '2026-10' })).body).toMatchObject({ code: 'nothing_to_waive' });
    expect((await waive(place, { reason: ' ' })).status).toBe(422);
    const { status, body } = await waive(place);
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ reason: 'given to early customers', waivedAt: '2026-12-05T00:00:00.000Z' }),
    ]);
    expect((await waive(place)).body).toMatchObject({ code: 'nothing_to_waive' });
    expect(await raised(place)).toEqual({ unpriced_usage: 'waived' });
    await billing.closeAt('2026-12-05T00:00:01.000Z');
    const [invoice] = await billing.invoices(place);
    expect(invoice!.told).toMatchObject({
      totals: { due: '2.00' },
      unpriced: [{ metric: 'memory', version: 1, waived: 'given to early customers' }],
    });
    const exported = await exportInvoice(app, invoice!.id, await app.viewer(place.organizationId));
    expect(recompute(exported)).toBe(invoice!.document);
    const audit = await app.database.query<{ detail: object; actor: object }>(
      `select detail - 'request' as detail, actor from audit_entry where organization_id = $1 and detail ? 'waived' order by sequence`,
      [place.organizationId],
    );
    expect(audit.map(({ detail }) => detail)).toEqual([
      expect.objectContaining({ waived: 'memory', month: '2026-11', reason: 'given to early customers' }),
    ]);
  });
});

describe('a closed month', () => {
  it('that has an invoice is never opened again', async () => {
    const place = somewhere();
    await tellNovember(place);
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    expect((await reopen(place, '2026-11')).body).toMatchObject({ code: 'period_issued' });
    expect((await reopen(place, '2026-12')).body).toMatchObject({ code: 'period_not_closed' });
    const [invoice] = await billing.invoices(place);
    await billing.administer(`invoices/${invoice!.id}/void`, { reason: 'wrong customer' });
    expect((await reopen(place, '2026-11')).body).toMatchObject({ code: 'period_issued' });
  });

  it('that had nothing to bill can be, and is closed again with the prices that are right', async () => {
    const place = somewhere();
    await withoutMemory(place, { rates: [] });
    await tellNovember(place);
    await billing.goTo('2026-12-05T00:00:00.000Z');
    for (const metric of ['cpu', 'memory']) expect((await waive(place, { metric })).status).toBe(201);
    expect((await close(place)).body).toEqual({ invoiceId: null });
    expect((await reopen(place, '2026-11')).status).toBe(204);
    expect(await raised(place)).toEqual({ unpriced_usage: 'blocks' });
    const [book] = await app.database.query<{ id: string }>(`select id from price_book where name = 'default'`);
    await billing.account(place, { priceBookId: book!.id });
    expect((await close(place)).body['invoiceId']).not.toBeNull();
    expect((await billing.invoices(place)).map(({ month, due }) => [month, due])).toEqual([['2026-11', '3.50']]);
  });
});
