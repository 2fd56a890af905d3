import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { FilePaymentProvider } from '../src/payments/file-payment-provider.js';
import { StripePaymentProvider } from '../src/payments/stripe-payment-provider.js';
import { FakeStripe } from './support/fake-stripe.js';
import { paymentProviderContract } from './support/payment-provider.contract.js';

let folder: string;
const stripe = new FakeStripe();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-payments-'));
  await stripe.start();
});
afterAll(async () => {
  stripe.stop();
  await rm(folder, { recursive: true });
});

const answer = (id: string, result: object) => writeFile(join(folder, `${id}.result.json`), JSON.stringify(result));

paymentProviderContract('file', async () => ({
  provider: new FilePaymentProvider(folder),
  pay: (id) => answer(id, { state: 'paid', amount: '13.64', currency: 'EUR' }),
  fail: (id) => answer(id, { state: 'failed', failure: 'no such account' }),
  count: async (id) => (await readdir(folder)).filter((name) => name === `${id}.request.json`).length,
}));

paymentProviderContract('stripe', async () => ({
  provider: new StripePaymentProvider(stripe.options),
  pay: async (id) => void Object.assign(stripe.sessionOf(id), { status: 'complete', payment_status: 'paid' }),
  fail: async (id) => void Object.assign(stripe.sessionOf(id), { status: 'expired' }),
  count: async (id) => [...stripe.byKey.keys()].filter((key) => key === id).length,
}));

const request = { number: 'BERTH-000007', organizationId: 'o1', amount: '13.64', currency: 'EUR' };

describe('a folder of payments', () => {
  const files = () => new FilePaymentProvider(folder);

  it('says what is to be paid in a file that is whole', async () => {
    await files().ask({ id: 'whole', ...request });
    expect(JSON.parse(await readFile(join(folder, 'whole.request.json'), 'utf8'))).toEqual({ id: 'whole', ...request });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([{ state: 'paid' }, { state: 'paid', amount: 13.64, currency: 'EUR' }, { state: 'maybe' }, 'paid'])(
    'guesses nothing from a result that is none: %j',
    async (result) => {
      const { reference } = await files().ask({ id: 'odd', ...request });
      await writeFile(join(folder, 'odd.result.json'), JSON.stringify(result));
      await expect(files().look(reference!)).rejects.toThrow();
      await rm(join(folder, 'odd.result.json'));
    },
  );
});

describe('Stripe', () => {
  const provider = () => new StripePaymentProvider(stripe.options);
  beforeEach(() => void stripe.trouble.splice(0));

  it.each([
    ['EUR', '13.64', '1364'],
    ['JPY', '1364', '1364'],
    ['KWD', '13.640', '13640'],
    // No decimals by ISO 4217, two in Stripe's API.
    ['ISK', '1364', '136400'],
  ])('is asked in the smallest units of %s and answers in ours', async (currency, amount, units) => {
    const id = `in-${currency}`;
    await provider().ask({ ...request, id, currency, amount });
    const form = Object.fromEntries(stripe.asked.at(-1)!);
    expect(form).toMatchObject({
      ...{ mode: 'payment', client_reference_id: id, success_url: 'http://localhost/' },
      ...{ 'metadata[invoice]': 'BERTH-000007', 'line_items[0][quantity]': '1' },
      'line_items[0][price_data][product_data][name]': 'Invoice BERTH-000007',
      'line_items[0][price_data][currency]': currency.toLowerCase(),
      'line_items[0][price_data][unit_amount]': units,
    });
    const session = Object.assign(stripe.sessionOf(id), { status: 'complete', payment_status: 'paid' });
    const paid = await provider().look(session.id);
    expect(paid).toMatchObject({ state: 'paid', currency });
    expect(Number((paid as { amount: string }).amount)).toBe(Number(amount));
  });

  it('shows where to pay, which is no place of ours', async () => {
    expect(await provider().ask({ ...request, id: 'page' })).toMatchObject({
      payAt: expect.stringMatching(/^https:\/\/checkout/),
    });
  });

  it.each([400, 402])('that refuses with %i is not asked again', async (status) => {
    stripe.trouble.push(status);
    const refused = { state: 'failed', reference: null, failure: `Stripe answered ${status}: trouble ${status}` };
    expect(await provider().ask({ ...request, id: `no-${status}` })).toEqual(refused);
  });

  it.each([401, 409, 429, 500, 503])('that answers %i has said nothing', async (status) => {
    stripe.trouble.push(status);
    await expect(provider().ask({ ...request, id: `again-${status}` })).rejects.toThrow(`Stripe answered ${status}`);
  });

  it.each([
    ['processing', null, { state: 'pending', payAt: null }],
    ['requires_payment_method', 'Your bank refused.', { state: 'failed', failure: 'Your bank refused.' }],
    ['canceled', null, { state: 'failed', failure: 'The payment was refused.' }],
  ])('money that takes days is %s', async (status, message, expected) => {
    const { reference } = await provider().ask({ ...request, id: `slow-${status}` });
    const payment_intent = { status, last_payment_error: message === null ? null : { message } };
    Object.assign(stripe.session(reference!), { status: 'complete', payment_intent });
    expect(await provider().look(reference!)).toMatchObject(expected);
    expect(await provider().withdraw(reference!)).toMatchObject(expected);
  });
});

it('Stripe that says paid, and not how much, is not believed', async () => {
  const provider = new StripePaymentProvider(stripe.options);
  const { reference } = await provider.ask({ ...request, id: 'no-amount' });
  Object.assign(stripe.session(reference!), { status: 'complete', payment_status: 'paid', amount_total: null });
  await expect(provider.look(reference!)).rejects.toThrow('not how much');
});

describe('a notification of Stripe', () => {
  const own = new Stripe('sk_test_unused');
  const now = new Date('2026-12-04T00:00:00.000Z');
  const secret = 'whsec_test';
  const told = (object: object) =>
    JSON.stringify({ id: 'evt_1', type: 'checkout.session.completed', data: { object } });
  const payload = told({ object: 'checkout.session', id: 'cs_test_1' });
  /** By Stripe's own library. */
  const signed = (text = payload, at = now, by = secret) =>
    own.webhooks.generateTestHeaderString({ payload: text, secret: by, timestamp: Math.floor(at.getTime() / 1_000) });
  const hear = (header: string, text = payload) =>
    new StripePaymentProvider(stripe.options).hear(
      { headers: { 'stripe-signature': header }, body: Buffer.from(text) },
      now,
    );
  const minutes = (count: number) => new Date(now.getTime() + count * 60_000);

  it('names the session that it is about', () => {
    expect(hear(signed())).toBe('cs_test_1');
    expect(hear(`${signed(payload, now, 'whsec_former')},${signed().split(',')[1]}`)).toBe('cs_test_1');
  });

  it('about something else is about nothing of ours', () => {
    const text = told({ object: 'customer', id: 'cus_1' });
    expect(hear(signed(text), text)).toBeNull();
    expect(hear(signed('{}'), '{}')).toBeNull();
  });

  it.each([
    ['by another secret', signed(payload, now, 'whsec_other'), payload],
    ['for another text', signed(), payload.replace('cs_test_1', 'cs_test_2')],
    ['six minutes ago', signed(payload, minutes(-6)), payload],
    ['in six minutes', signed(payload, minutes(6)), payload],
    ['at another time', signed().replace(/t=\d+/, `t=${now.getTime() / 1_000 + 1}`), payload],
    ['by another scheme', signed().replace('v1=', 'v0='), payload],
    ['with half a signature', signed().slice(0, -32), payload],
    ['with no time', signed().replace(/t=\d+,/, ''), payload],
  ])('that was signed %s is refused', (_how, header, text) => {
    expect(() => hear(header, text)).toThrow(expect.objectContaining({ code: 'notification_not_signed' }));
  });
});
