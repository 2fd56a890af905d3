import { randomUUID } from 'node:crypto';
import { canonicalText, recompute } from '@berth/billing';
import type { Coupon, CreditOfOrganization } from '@berth/contracts/metering';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Billing, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());
beforeEach(() => billing.goTo('2026-10-20T12:00:00.000Z'));

type Credit = CreditOfOrganization;
const grant = async ({ organizationId }: Place, amount: string, over: object = {}): Promise<Credit> => {
  const answer = await billing.administer('credits', { organizationId, name: 'Welcome', amount, ...over });
  expect(answer.status).toBe(201);
  return answer.body as unknown as Credit;
};
const left = async ({ organizationId }: Place): Promise<string[]> => {
  const { body } = await app.call(`/v1/credits?organization=${organizationId}`, billing.administrator);
  return (body['items'] as Credit[]).map((credit) => credit.left);
};
const DECEMBER = '2026-12-01T00:00:00.000Z';
/** 100 hours of November: 2.80 + 0.70 = 3.50 */
const hundredHours = (place: Place) =>
  billing.tellAt(DECEMBER, ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
const CLOSED = '2026-12-04T00:00:00.000Z';

describe('a credit', () => {
  it('is taken off after tax, the one that expires first before others, and what is left waits for the next', async () => {
    const place = somewhere();
    await grant(place, '100');
    const soon = await grant(place, '2.5', { name: 'Goodwill', expiresAt: '2026-11-15T00:00:00.000Z' });
    expect(soon).toMatchObject({ amount: '2.50', left: '2.50', currency: 'EUR', coupon: null });
    await billing.account(place, { taxes: [{ id: 'vat', name: 'VAT', percent: '10' }] });
    await hundredHours(place);
    await billing.closeAt(CLOSED);
    const [invoice] = await billing.invoices(place);
    // 3.50 + 0.35 = 3.85; 2.50 of the first, 1.35 of the second
    expect(invoice!.told.lines.filter(({ kind }) => kind === 'credit').map((line) => line.amount)).toEqual([
      '-2.50',
      '-1.35',
    ]);
    expect(invoice!.told.totals).toMatchObject({ net: '3.50', tax: '0.35', credited: '3.85', due: '0.00' });
    expect(await left(place)).toEqual(['98.65', '0.00']);
    const exported = await exportInvoice(app, invoice!.id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('pays for two months that are closed together, each with what the other left', async () => {
    const place = somewhere();
    await grant(place, '4');
    await billing.tellAt(DECEMBER, ...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.tellAt(
      '2027-01-01T00:00:00.000Z',
      ...runs(place, '2026-12-10T00:00:00.000Z', '2026-12-14T04:00:00.000Z', 3),
    );
    await billing.closeAt('2027-01-10T00:00:00.000Z');
    const dues = (await billing.invoices(place)).map(({ told }) => [told.totals.credited, told.totals.due]);
    expect(dues).toEqual([
      ['3.50', '0.00'],
      ['0.50', '3.00'],
    ]);
  });

  it('comes back when the invoice that used it becomes void', async () => {
    const place = somewhere();
    await grant(place, '3');
    await hundredHours(place);
    await billing.closeAt(CLOSED);
    const [invoice] = await billing.invoices(place);
    expect(await left(place)).toEqual(['0.00']);
    await billing.administer(`invoices/${invoice!.id}/void`, { reason: 'wrong customer' });
    expect(await left(place)).toEqual(['3.00']);
  });

  it('that is revoked or expired pays for nothing', async () => {
    const place = somewhere();
    const revoked = await grant(place, '3');
    await grant(place, '3', { expiresAt: '2026-11-01T00:00:00.000Z' });
    expect((await billing.administer(`credits/${revoked.id}/revoke`, {})).body['revokedAt']).not.toBeNull();
    expect((await billing.administer(`credits/${revoked.id}/revoke`, {})).body['code']).toBe('credit_revoked');
    await hundredHours(place);
    await billing.closeAt(CLOSED);
    expect((await billing.invoices(place))[0]!.told.totals.due).toBe('3.50');
  });

  it('with more decimals than its currency, of nothing, or for a member to give is refused', async () => {
    const { organizationId } = somewhere();
    const body = { organizationId, name: 'Welcome', amount: '0.001' };
    expect((await billing.administer('credits', body)).body).toMatchObject({
      ...{ code: 'amount_invalid', errors: [{ pointer: '/amount' }] },
    });
    expect((await billing.administer('credits', { ...body, amount: '0' })).status).toBe(422);
    const member = await app.viewer(organizationId);
    expect((await app.call('/v1/admin/metering/credits', member, { ...body, amount: '1' })).status).toBe(403);
    expect((await app.call(`/v1/credits?organization=${randomUUID()}`, member)).status).toBe(404);
  });
});

describe('a coupon', () => {
  const code = () => `C-${randomUUID().slice(0, 8).toUpperCase()}`;
  const make = async (over: object = {}): Promise<Coupon> => {
    const body = { code: code(), name: 'Launch', currency: 'EUR', amount: '25', ...over };
    const answer = await billing.administer('coupons', body);
    expect(answer.status).toBe(201);
    return answer.body as unknown as Coupon;
  };
  const percentage = (over: object = {}) => ({ currency: null, amount: null, percent: '10', ...over });
  const discounts = async ({ organizationId }: Place) => {
    const path = `/v1/credits/discounts?organization=${organizationId}`;
    return (await app.call(path, billing.administrator)).body['items'];
  };
  const member = () => memberOf(randomUUID());
  const memberOf = async (organizationId: string) => {
    const subjectId = randomUUID();
    await app.identity.organization({ id: organizationId });
    await app.identity.member(organizationId, 'billing', { subjectId });
    const token = await app.identity.token({ subjectId, expiresIn: 100_000_000 });
    const redeem = (named: string) =>
      app.call('/v1/credits/redemptions', token, { organization: organizationId, code: named });
    return { organizationId, redeem };
  };

  it('becomes a credit that lasts as long as it says, once per organization', async () => {
    const { code: made } = await make({ creditDays: 30 });
    const { redeem } = await member();
    const { status, body } = await redeem(made);
    expect(status).toBe(201);
    expect(body).toMatchObject({ amount: '25.00', coupon: made, expiresAt: '2026-11-19T12:00:00.000Z' });
    expect((await redeem(made)).body['code']).toBe('coupon_redeemed');
  });

  it('with a limit is redeemed as often and no more, however many try at once', async () => {
    const { code: made } = await make({ limit: 3 });
    const members = await Promise.all(Array.from({ length: 8 }, member));
    const answers = await Promise.all(members.map(({ redeem }) => redeem(made)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
    const { body } = await app.call('/v1/admin/metering/coupons?limit=200', billing.administrator);
    const [told] = (body['items'] as Coupon[]).filter((each) => each.code === made);
    expect(told).toMatchObject({ limit: 3, redeemed: 3 });
  });

  it('of a percentage becomes a discount of whole months, after those of the prices and before tax', async () => {
    const place = somewhere();
    const { redeem } = await memberOf(place.organizationId);
    const { code: made } = await make(percentage({ percent: '10', months: 2, on: ['cpu'] }));
    await billing.account(place, { taxes: [{ id: 'vat', name: 'VAT', percent: '10' }] });
    const { status, body } = await redeem(made);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ percent: '10', on: ['cpu'], coupon: made, firstMonth: '2026-10', lastMonth: '2026-11', revokedAt: null },
    });
    expect((await redeem(made)).body['code']).toBe('coupon_redeemed');
    expect(await discounts(place)).toEqual([body]);
    await hundredHours(place);
    await billing.closeAt(CLOSED);
    await billing.tellAt(
      '2027-01-01T00:00:00.000Z',
      ...runs(place, '2026-12-10T00:00:00.000Z', '2026-12-14T04:00:00.000Z', 3),
    );
    await billing.closeAt('2027-01-04T00:00:00.000Z');
    const [november, december] = await billing.invoices(place);
    // 2.80 + 0.70 = 3.50; 10 % of 2.80 = 0.28; 3.22; 10 % tax = 0.32; December is the third month
    expect(november!.told.lines.filter(({ kind }) => kind === 'discount')).toMatchObject([
      { id: body['id'], name: 'Launch', version: null, amount: '-0.28', apps: [] },
    ]);
    expect(november!.told.totals).toMatchObject({ net: '3.22', tax: '0.32', due: '3.54' });
    expect(december!.told.totals).toMatchObject({ net: '3.50', due: '3.85' });
    expect(december!.told.coupons).toBeUndefined();
    const exported = await exportInvoice(app, november!.id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
    const forged = canonicalText({ ...november!.told, coupons: [{ ...november!.told.coupons![0]!, percent: '20' }] });
    expect(recompute({ ...exported, document: forged })).not.toBe(forged);
  });

  it('of a percentage that is revoked is off no later invoice, and stays off the corrections of earlier ones', async () => {
    const place = somewhere();
    const { redeem } = await memberOf(place.organizationId);
    const { body } = await redeem((await make(percentage({ percent: '50' }))).code);
    await hundredHours(place);
    await billing.closeAt(CLOSED);
    const revoke = () => billing.administer(`discounts/${String(body['id'])}/revoke`, {});
    expect((await revoke()).body['revokedAt']).toBe(CLOSED);
    expect((await revoke()).body['code']).toBe('discount_revoked');
    // Another app of November is known only in December: 3.50 more, half of it off.
    const late = { ...somewhere(), organizationId: place.organizationId };
    await billing.tellAt(
      '2027-01-01T00:00:00.000Z',
      ...runs(late, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'),
      ...runs(
        { ...somewhere(), organizationId: place.organizationId },
        '2026-12-10T00:00:00.000Z',
        '2026-12-14T04:00:00.000Z',
      ),
    );
    await billing.closeAt('2027-01-04T00:00:00.000Z');
    const [november, december] = await billing.invoices(place);
    expect(november!.told.totals.due).toBe('1.75');
    expect(december!.told.totals).toMatchObject({ net: '3.50', corrected: '1.75', due: '5.25' });
    const exported = await exportInvoice(app, december!.id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('has either an amount in a currency or a percentage, and what belongs to it', async () => {
    const refused = async (over: object) => {
      const { status, body } = await billing.administer('coupons', {
        ...percentage(),
        code: code(),
        name: 'No',
        ...over,
      });
      return [status, (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)];
    };
    const amount = { percent: null, amount: '1', currency: 'EUR' };
    expect(await refused({ percent: null })).toEqual([422, ['/amount']]);
    expect(await refused({ amount: '1', currency: 'EUR' })).toEqual([422, ['/amount']]);
    expect(await refused({ currency: 'EUR' })).toEqual([422, ['/currency']]);
    expect(await refused({ ...amount, months: 1 })).toEqual([422, ['/months']]);
    expect(await refused({ ...amount, on: ['cpu'] })).toEqual([422, ['/on']]);
    expect(await refused({ creditDays: 1 })).toEqual([422, ['/creditDays']]);
    expect(await refused({ percent: '100.1' })).toEqual([422, ['/percent']]);
    expect((await billing.administer(`discounts/${randomUUID()}/revoke`, {})).body['code']).toBe('discount_not_found');
  });

  it('that is over, unknown, in another currency or taken is refused', async () => {
    const { redeem } = await member();
    const over = await make({ endsAt: '2026-10-20T12:00:00.000Z' });
    const yen = await make({ currency: 'JPY' });
    expect((await redeem(over.code)).body['code']).toBe('coupon_over');
    expect((await redeem(yen.code)).body['code']).toBe('coupon_other_currency');
    expect((await redeem(code())).body['code']).toBe('coupon_unknown');
    const again = { code: yen.code, name: 'Again', currency: 'JPY', amount: '1' };
    expect((await billing.administer('coupons', again)).body['code']).toBe('coupon_taken');
    expect((await billing.administer('coupons', { ...again, code: code(), amount: '1.5' })).body['code']).toBe(
      'amount_invalid',
    );
    expect((await billing.administer('coupons', { ...again, code: code(), currency: 'XYZ' })).body['code']).toBe(
      'currency_unknown',
    );
  });
});
