import { randomUUID } from 'node:crypto';
import type { Payment } from '@berth/contracts/metering';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { PaymentLooks } from '../src/payments/payment-looks.js';
import { Billing, runs } from './support/billing.js';
import { FakeStripe } from './support/fake-stripe.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
const stripe = new FakeStripe();
beforeAll(async () => {
  await stripe.start();
  const { url, key, webhookSecret, returnUrl } = stripe.options;
  app = await MeteringApp.start({
    ...{ STRIPE_URL: url, STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: webhookSecret, PUBLIC_URL: returnUrl },
  });
  billing = await Billing.of(app);
});
afterAll(async () => {
  await app.close();
  stripe.stop();
});
beforeEach(() => billing.goTo('2026-11-20T12:00:00.000Z'));

const looks = (service = app.service) => service.app.get(PaymentLooks, { strict: false });
const later = (seconds: number) => billing.goTo(new Date(app.clock.held.getTime() + seconds * 1_000).toISOString());
const DAY = 86_400;

/** An invoice of 3.50, and whoever reads it. */
async function billed() {
  const place = somewhere();
  const token = await member(place, 'billing');
  await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
  await billing.closeAt('2026-12-04T00:00:00.000Z');
  const [invoice] = await billing.invoices(place);
  const payments = async () =>
    (await app.call(`/v1/payments?organization=${place.organizationId}`, token)).body['items'] as Payment[];
  return {
    place,
    token,
    invoice: invoice!,
    payments,
    statusOf: async () => (await billing.invoices(place))[0]!.status,
  };
}

async function member({ organizationId }: Place, role: 'viewer' | 'billing') {
  const subjectId = randomUUID();
  await app.identity.organization({ id: organizationId });
  await app.identity.member(organizationId, role, { subjectId });
  return app.identity.token({ subjectId, expiresIn: 100_000_000 });
}

/** Looks at what is due until it is so: what is told on the bus comes in its own time. */
const looked = (isSo: () => Promise<void>) =>
  eventually(async () => {
    await looks().lookAtDue();
    await isSo();
  });
async function pending() {
  const all = await billed();
  await looked(async () => expect(await all.payments()).toMatchObject([{ state: 'pending' }]));
  const [payment] = await all.payments();
  return { ...all, payment: payment!, session: stripe.sessionOf(payment!.id) };
}
const own = new Stripe('sk_test_unused');
function notify(id: string, secret = stripe.options.webhookSecret, more: object = {}) {
  const payload = JSON.stringify({ type: 'x', data: { object: { object: 'checkout.session', id, ...more } } });
  const timestamp = Math.floor(app.clock.held.getTime() / 1_000);
  const signature = own.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  return fetch(`${app.service.url}/v1/payments/notifications`, { method: 'POST', headers, body: payload });
}
const wasIssued = { before: { status: 'issued' }, after: { status: 'paid' } };
const paid = { status: 'complete', payment_status: 'paid', url: null } as const;
const ended = async (subject: string, type: string) => (await app.told(subject)).filter((event) => event.type === type);

describe('an invoice that was issued', () => {
  it('is asked for, shows where to pay, and is paid when the provider says so', async () => {
    const { invoice, payment, payments, session, statusOf, place } = await pending();
    expect(payment).toMatchObject({
      ...{ invoiceId: invoice.id, number: invoice.number, attempt: 1, provider: 'stripe', amount: '3.50' },
      ...{ currency: 'EUR', reference: session.id, payAt: session.url, failure: null, isSurplus: false, endedAt: null },
    });
    expect(await statusOf()).toBe('issued');
    Object.assign(session, paid);
    expect((await notify(session.id)).status).toBe(204);
    await looked(async () =>
      expect(await payments()).toMatchObject([{ state: 'paid', payAt: null, nextLookAt: null }]),
    );
    expect(await billing.invoices(place)).toMatchObject([{ status: 'paid', paidAt: app.clock.held.toISOString() }]);
    expect(await ended(invoice.id, 'berth.invoice.paid.v1')).toHaveLength(1);
    const audited = await app.database.query(
      `select actor->>'kind' as by, detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence`,
      [invoice.id],
    );
    const detail = { number: invoice.number, status: 'paid', provider: 'stripe', reference: session.id, ...wasIssued };
    expect(audited).toEqual([{ by: 'platform', detail }]);
  });

  it('is not paid because somebody says so: what a notification tells is looked at', async () => {
    const { payments, session, statusOf } = await pending();
    expect((await notify(session.id, 'whsec_somebody')).status).toBe(401);
    const before = (await payments())[0]!.nextLookAt;
    expect((await notify(session.id)).status).toBe(204);
    await looked(async () => expect((await payments())[0]!.nextLookAt).not.toBe(before));
    expect(await payments()).toMatchObject([{ state: 'pending' }]);
    expect(await statusOf()).toBe('issued');
  });

  it('is looked at when nothing is told, ever more seldom', async () => {
    const { payments, session } = await pending();
    Object.assign(session, paid);
    await later(900);
    await looked(async () => expect(await payments()).toMatchObject([{ state: 'paid' }]));
  });

  it('is not paid by another amount', async () => {
    const { payments, session, statusOf } = await pending();
    Object.assign(session, { ...paid, amount_total: 349 });
    await notify(session.id);
    const failure = 'The provider says that 3.49 EUR were paid, and 3.50 EUR are due.';
    await looked(async () => expect(await payments()).toMatchObject([{ state: 'pending', failure }]));
    expect(await statusOf()).toBe('issued');
  });

  it('is asked for once, though answers are lost and replicas look at once', async () => {
    const replica = await app.replica({ ...stripeSettings() });
    try {
      stripe.trouble.push(0, 503, 429);
      const { payments } = await billed();
      await eventually(async () => {
        await later(60);
        await Promise.all([looks().lookAtDue(), looks(replica).lookAtDue(), looks().lookAtDue()]);
        expect(await payments()).toMatchObject([{ state: 'pending', failure: null }]);
      });
      const [payment] = await payments();
      expect(stripe.asked.filter((form) => form.get('client_reference_id') === payment!.id)).toHaveLength(1);
    } finally {
      stripe.trouble.splice(0);
      await replica.close();
    }
  });

  it('is asked for again after days when nobody paid in time, five times in all', async () => {
    const { payments, statusOf, payment } = await pending();
    let current = payment;
    for (const days of [1, 3, 5, 7]) {
      Object.assign(stripe.sessionOf(current.id), { status: 'expired' });
      await later(900);
      await looked(async () => expect(await payments()).toHaveLength(current.attempt + 1));
      expect((await payments()).at(-2)).toMatchObject({ state: 'failed', failure: 'Nobody paid in time.' });
      expect((await payments()).at(-1)).toMatchObject({ state: 'asked', nextLookAt: inDays(days) });
      await later(days * DAY);
      await looked(async () => expect((await payments()).at(-1)).toMatchObject({ state: 'pending' }));
      current = (await payments()).at(-1)!;
    }
    Object.assign(stripe.sessionOf(current.id), { status: 'expired' });
    await later(900);
    await looked(async () => expect((await payments()).at(-1)).toMatchObject({ state: 'failed', attempt: 5 }));
    expect([(await payments()).length, await statusOf()]).toEqual([5, 'issued']);
  });
});
const inDays = (days: number) => new Date(app.clock.held.getTime() + days * DAY * 1_000).toISOString();
const stripeSettings = () => {
  const { url, key, webhookSecret, returnUrl } = stripe.options;
  return { STRIPE_URL: url, STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: webhookSecret, PUBLIC_URL: returnUrl };
};

describe('an invoice that ends otherwise', () => {
  it('is not to be paid any more', async () => {
    const { invoice, payments, session } = await pending();
    const answer = await billing.administer(`invoices/${invoice.id}/payments`, {
      reason: 'bank transfer of 3 December',
    });
    expect(answer).toMatchObject({ status: 200, body: { status: 'paid' } });
    await looked(async () => expect(await payments()).toMatchObject([{ state: 'withdrawn', nextLookAt: null }]));
    expect(session.status).toBe('expired');
  });

  it('and was paid all the same is noted as a surplus', async () => {
    const { invoice, payments, session, statusOf } = await pending();
    Object.assign(session, paid);
    await billing.administer(`invoices/${invoice.id}/void`, { reason: 'wrong customer' });
    await looked(async () => expect(await payments()).toMatchObject([{ state: 'paid', isSurplus: true }]));
    expect(await statusOf()).toBe('void');
  });

  it('before anybody was asked asks nobody', async () => {
    const { invoice, payments, payment, session } = await pending();
    Object.assign(session, { status: 'expired' });
    await later(900);
    await looked(async () => expect(await payments()).toHaveLength(2));
    const answer = await billing.administer(`invoices/${invoice.id}/void`, { reason: 'wrong customer' });
    expect(answer.status).toBe(200);
    await looked(async () => expect((await payments())[1]).toMatchObject({ state: 'withdrawn', reference: null }));
    expect(stripe.byKey.has((await payments())[1]!.id)).toBe(false);
    expect((await payments())[0]).toMatchObject({ id: payment.id, state: 'failed' });
  });

  it('was paid by hand for a reason, by an administrator, which the audit trail says', async () => {
    const { invoice, token } = await billed();
    const path = `/v1/admin/metering/invoices/${invoice.id}/payments`;
    expect((await app.call(path, token, { reason: 'I did' })).status).toBe(403);
    const bare = await billing.administer(`invoices/${invoice.id}/payments`, {});
    expect(bare).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
    await billing.administer(`invoices/${invoice.id}/payments`, { reason: 'in cash' });
    const entries = await app.database.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where target->>'id' = $1 order by sequence`,
      [invoice.id],
    );
    expect(entries.map(({ detail }) => detail)).toEqual([
      { number: invoice.number, status: 'paid', reason: 'in cash', ...wasIssued },
    ]);
  });
});

describe('a payment', () => {
  it('is asked for anew by whoever pays, also after the last attempt; what is open stays', async () => {
    const { invoice, token, payments, payment, place } = await pending();
    const ask = (by = token) => app.call('/v1/payments', by, { invoiceId: invoice.id });
    expect(await ask()).toMatchObject({ status: 202, body: { id: payment.id, attempt: 1 } });
    Object.assign(stripe.sessionOf(payment.id), { status: 'expired' });
    await looked(async () => expect(await payments()).toHaveLength(2));
    expect(await ask()).toMatchObject({ status: 202, body: { attempt: 2 } });
    await looked(async () => expect((await payments())[1]).toMatchObject({ state: 'pending' }));
    expect((await ask(await member(place, 'viewer'))).status).toBe(403);
    expect((await ask(await app.viewer(randomUUID()))).status).toBe(404);
    await billing.administer(`invoices/${invoice.id}/payments`, { reason: 'in cash' });
    expect(await ask()).toMatchObject({ status: 409, body: { code: 'invoice_not_open' } });
  });

  it('leaves nothing of a card in the database, whatever the provider says of it', async () => {
    const { payments, session } = await pending();
    const card = { number: '4242424242424242', holder: 'CARDHOLDER' };
    const told = {
      customer_details: card,
      payment_method_details: { card },
      payment_intent: { status: 'succeeded', card },
    };
    Object.assign(session, { ...paid, ...told });
    expect((await notify(session.id, stripe.options.webhookSecret, told)).status).toBe(204);
    await looked(async () => expect(await payments()).toMatchObject([{ state: 'paid' }]));
    const tables = await app.database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const holding = async (text: string) => {
      const counts = tables.map(async ({ name }) => {
        const rows = await app.database.query(`select from ${name} each where strpos(each::text, $1) > 0`, [text]);
        return rows.length > 0 ? [name] : [];
      });
      return (await Promise.all(counts)).flat();
    };
    // It would be found: what is kept of the payment is.
    expect(await holding(session.id)).toContain('public.payment');
    for (const text of Object.values(card)) expect(await holding(text)).toEqual([]);
  });

  it('that ended stays so, also for the database', async () => {
    const { invoice, payments, payment } = await pending();
    await billing.administer(`invoices/${invoice.id}/payments`, { reason: 'in cash' });
    await looked(async () => expect(await payments()).toMatchObject([{ state: 'withdrawn' }]));
    const change = app.database.query(`update payment set state = 'paid' where id = $1`, [payment.id]);
    await expect(change).rejects.toThrow('stays so');
  });

  it('is nobody’s to see but the organization’s', async () => {
    const { place } = await billed();
    const stranger = await app.viewer(randomUUID());
    expect((await app.call(`/v1/payments?organization=${place.organizationId}`, stranger)).status).toBe(404);
  });
});

it('without a provider nothing is asked for, and both ways in say so', async () => {
  const bare = await app.replica();
  try {
    const { invoice, token } = await billed();
    const send = (path: string, body: object, headers = {}) =>
      fetch(`${bare.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const refused = { code: 'payments_not_configured', status: 409 };
    const asked = await send('/v1/payments', { invoiceId: invoice.id }, { authorization: `Bearer ${token}` });
    expect(await asked.json()).toMatchObject(refused);
    expect(await (await send('/v1/payments/notifications', {})).json()).toMatchObject(refused);
  } finally {
    await bare.close();
  }
});
