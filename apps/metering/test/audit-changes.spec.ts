import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Billing, runs } from './support/billing.js';
import { MeteringApp, somewhere, type Place } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
let place: Place;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());
beforeEach(async () => {
  await billing.goTo('2026-11-10T00:00:00.000Z');
  place = somewhere();
});

interface Told {
  readonly before?: object;
  readonly after?: object;
}

/** What the newest entry says that changed. */
async function change(target: unknown): Promise<Told> {
  const [newest] = await app.database.query<{ detail: Told }>(
    `select detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence desc limit 1`,
    [target],
  );
  return { ...(newest?.detail.before && { before: newest.detail.before }), after: newest?.detail.after ?? {} };
}

async function spender(): Promise<string> {
  const subjectId = randomUUID();
  await app.identity.organization({ id: place.organizationId });
  await app.identity.member(place.organizationId, 'billing', { subjectId });
  return app.identity.token({ subjectId, expiresIn: 100_000_000 });
}

describe('an entry of the audit trail says what was before', () => {
  it('of how an organization is billed, and not to whom', async () => {
    await billing.account(place, { timeZone: 'Europe/Vienna', country: 'AT' });
    const canary = `canary-${randomUUID()}`;
    const taxId = `DE${randomInt(1e9, 1e10)}`;
    const billTo = { name: `${canary} Doe`, address: [`${canary} Street 1`] };
    expect((await billing.account(place, { country: 'DE', taxId, billTo })).status).toBe(200);
    expect((await billing.account(place, { taxId: null, billTo: null })).status).toBe(200);
    const entries = await app.database.query<{ detail: Told }>(
      `select detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence`,
      [place.organizationId],
    );
    expect(entries[1]?.detail).toEqual({
      before: { country: 'AT', taxId: '[redacted]', billTo: '[redacted]' },
      after: { country: 'DE', taxId: '[redacted]', billTo: '[redacted]' },
    });
    const rows = await app.database.query<{ text: string }>(
      `select row_to_json(e)::text as text from audit_entry e
        union all select event::text from outbox where event->>'type' = 'berth.audit.recorded.v1'`,
    );
    const everything = rows.map(({ text }) => text).join('\n');
    for (const hidden of [canary, taxId]) expect(everything).not.toContain(hidden);
  });

  it('of a budget, changed and deleted', async () => {
    const token = await spender();
    const body = { organizationId: place.organizationId, name: 'All', amount: '28', thresholds: [50] };
    const { body: made } = await app.call('/v1/budgets', token, body);
    await app.patch(`/v1/budgets/${String(made['id'])}`, token, { amount: '40', isCap: true });
    expect(await change(made['id'])).toEqual({
      before: { amount: '28.00', isCap: false },
      after: { amount: '40.00', isCap: true },
    });
    await app.remove(`/v1/budgets/${String(made['id'])}`, token);
    expect(await change(made['id'])).toMatchObject({ before: { name: 'All', amount: '40.00' }, after: {} });
  });

  it('of a price book, by its versions', async () => {
    const prices = { rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '1' } }] };
    const { body: book } = await billing.administer('price-books', {
      ...{ name: `book-${randomUUID().slice(0, 8)}`, currency: 'EUR', prices },
    });
    const validFrom = '2026-12-01T00:00:00.000Z';
    await billing.administer(`price-books/${String(book['id'])}/versions`, { validFrom, prices });
    expect(await change(book['id'])).toEqual({
      before: { version: 1, validFrom: '1970-01-01T00:00:00.000Z' },
      after: { version: 2, validFrom },
    });
  });

  it('of a credit that is revoked', async () => {
    const body = { organizationId: place.organizationId, name: 'Welcome', amount: '5', expiresAt: null };
    const { body: credit } = await billing.administer('credits', body);
    await billing.administer(`credits/${String(credit['id'])}/revoke`, {});
    expect(await change(credit['id'])).toEqual({
      before: { revokedAt: null },
      after: { revokedAt: '2026-11-10T00:00:00.000Z' },
    });
  });

  it('of a tax rule: the one that holds until it begins', async () => {
    const rule = (validFrom: string, percent: string, over: object = {}) =>
      billing.administer('tax-rules', {
        ...{ issuer: 'BERTH', country: 'NO', validFrom, tax: { id: 'vat', name: 'VAT', percent }, ...over },
      });
    const [year, later] = ['2027-01-01T00:00:00.000Z', '2028-01-01T00:00:00.000Z'];
    expect(await change((await rule(year, '25')).body['id'])).toMatchObject({ before: {}, after: { percent: '25' } });
    await rule(year, '0', { customers: 'with-tax-id' });
    expect(await change((await rule(later, '20')).body['id'])).toEqual({
      before: { percent: '25', validFrom: year },
      after: { percent: '20', validFrom: later },
    });
  });

  it('of who issues invoices: until when they are paid, and not who that is', async () => {
    const code = `I${randomUUID().slice(0, 8).toUpperCase()}`;
    const canary = `canary ${randomUUID()}`;
    const profile = { name: canary, address: [`${canary} Street`], taxId: null, email: null, payment: [] };
    const describeIt = (body: object) => app.put(`/v1/admin/metering/issuers/${code}`, billing.administrator, body);
    expect((await describeIt({ profile, daysToPay: 14 })).status).toBe(200);
    expect(await change(code)).toMatchObject({ before: {}, after: { profile: '[redacted]', daysToPay: 14 } });
    await describeIt({ profile, daysToPay: 30 });
    expect(await change(code)).toEqual({ before: { daysToPay: 14 }, after: { daysToPay: 30 } });
    await describeIt({ profile: { ...profile, name: `${canary} Ltd` }, daysToPay: 30 });
    expect(await change(code)).toEqual({ before: { profile: '[redacted]' }, after: { profile: '[redacted]' } });
    await describeIt({ profile: { ...profile, name: `${canary} Ltd` }, daysToPay: 30 });
    expect(await change(code)).toEqual({ after: {} });
    const entries = await app.database.query<{ text: string }>(
      `select (detail - 'request')::text as text from audit_entry where target->>'id' = $1 order by sequence`,
      [code],
    );
    expect(entries).toHaveLength(4);
    expect(JSON.stringify(entries)).not.toContain(canary);
  });

  it.each([
    ['void', 'void'],
    ['paid', 'payments'],
  ])('of an invoice that is %s', async (status, act) => {
    await billing.goTo('2026-11-20T12:00:00.000Z');
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.closeAt('2026-12-04T00:00:00.000Z');
    const [invoice] = await billing.invoices(place);
    await billing.administer(`invoices/${invoice!.id}/${act}`, { reason: 'as it was said' });
    expect(await change(invoice!.id)).toEqual({ before: { status: 'issued' }, after: { status } });
  });
});
