import { digitsOf, formatMinor, parseMinor } from '@berth/billing';
import { type OutboundFetch, outboundFetch } from '@berth/service-kit';
import { z } from 'zod';
import { notSigned } from './payments.errors.js';
import type { Notification, Observed, PaymentProvider, PaymentRequest } from './payment-provider.js';
import { isSigned } from './stripe-signature.js';

export interface StripeOptions {
  readonly url: string;
  readonly key: string;
  readonly webhookSecret: string;
  /** Where whoever has paid goes on. */
  readonly returnUrl: string;
}

/** The part of a Checkout Session that we read. */
const session = z.object({
  id: z.string(),
  url: z.string().nullish(),
  status: z.enum(['open', 'complete', 'expired']),
  payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
  amount_total: z.int().nonnegative().nullable(),
  currency: z.string().nullable(),
  /** Its id unless it was asked to be expanded. */
  payment_intent: z
    .union([
      z.string(),
      z.object({ status: z.string(), last_payment_error: z.object({ message: z.string().nullish() }).nullish() }),
    ])
    .nullish(),
});
type Session = z.infer<typeof session>;

const refusal = z.object({ error: z.object({ message: z.string() }) });
const notification = z.object({ data: z.object({ object: z.object({ object: z.string(), id: z.string() }) }) });

const VERSION = '2024-06-20';
/** Stripe's own: no decimals by ISO 4217, two in its API ("Special cases" of its list of currencies). */
const TWO_DECIMALS = new Set(['ISK', 'UGX']);
const digits = (currency: string): number => (TWO_DECIMALS.has(currency) ? 2 : digitsOf(currency));
const WITH_INTENT = 'expand[]=payment_intent';

class StripeRefused extends Error {}

/** Stripe's Checkout Sessions: a page of theirs, where cards are typed in and stay. One that nobody paid on ends in a day. */
export class StripePaymentProvider implements PaymentProvider {
  readonly name = 'stripe';
  private readonly fetch: OutboundFetch;

  constructor(private readonly options: StripeOptions) {
    // The address is the operator's own setting, not a tenant's.
    const limits = { timeoutMs: 30_000, maxBytes: 1_048_576 };
    this.fetch = outboundFetch({ allowPrivateAddresses: true, hosts: [], ...limits });
  }

  async ask(request: PaymentRequest): Promise<Observed> {
    const headers = { 'idempotency-key': request.id };
    try {
      return observed(await this.call('POST', '/v1/checkout/sessions', this.form(request), headers));
    } catch (error) {
      if (!(error instanceof StripeRefused)) throw error;
      return { state: 'failed', reference: null, failure: error.message };
    }
  }

  async look(reference: string): Promise<Observed> {
    return observed(await this.call('GET', `${pathOf(reference)}?${WITH_INTENT}`));
  }

  async withdraw(reference: string): Promise<Observed> {
    try {
      return observed(await this.call('POST', `${pathOf(reference)}/expire`, new URLSearchParams()));
    } catch (error) {
      // Only an open session can be ended: what became of it is what counts.
      if (error instanceof StripeRefused) return this.look(reference);
      throw error;
    }
  }

  hear({ headers, body }: Notification, now: Date): string | null {
    const signature = headers['stripe-signature'];
    if (typeof signature !== 'string' || !isSigned(signature, body, this.options.webhookSecret, now))
      throw notSigned('The notification is not signed by the payment provider, or it is old.');
    const about = notification.safeParse(JSON.parse(body.toString()));
    const object = about.data?.data.object;
    return object?.object === 'checkout.session' ? object.id : null;
  }

  private form({ id, number, organizationId, amount, currency }: PaymentRequest): URLSearchParams {
    const price = 'line_items[0][price_data]';
    return new URLSearchParams({
      ...{ mode: 'payment', client_reference_id: id, success_url: this.options.returnUrl },
      ...{ 'metadata[invoice]': number, 'metadata[organization]': organizationId },
      ...{ 'payment_intent_data[metadata][invoice]': number, 'line_items[0][quantity]': '1' },
      [`${price}[currency]`]: currency.toLowerCase(),
      [`${price}[unit_amount]`]: parseMinor(amount, digits(currency)).toString(),
      [`${price}[product_data][name]`]: `Invoice ${number}`,
    });
  }

  /** @throws StripeRefused when it is the request that Stripe does not want, and asking again would not help */
  private async call(method: string, path: string, body?: URLSearchParams, more = {}): Promise<Session> {
    const form = body && { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { authorization: `Bearer ${this.options.key}`, 'stripe-version': VERSION, ...form, ...more };
    const answer = await this.fetch(`${this.options.url}${path}`, { method, headers, body });
    const told: unknown = await answer.json();
    if (answer.ok) return session.parse(told);
    const message = refusal.safeParse(told).data?.error.message ?? 'no reason given';
    const text = `Stripe answered ${answer.status}: ${message}`.slice(0, 500);
    throw [400, 402].includes(answer.status) ? new StripeRefused(text) : new Error(text);
  }
}

const pathOf = (reference: string): string => `/v1/checkout/sessions/${encodeURIComponent(reference)}`;

function observed(told: Session): Observed {
  const { id: reference, status, payment_status: payment } = told;
  if (payment !== 'unpaid') return { state: 'paid', reference, ...amountOf(told) };
  if (status === 'expired') return { state: 'failed', reference, failure: 'Nobody paid in time.' };
  if (status === 'open') return { state: 'pending', reference, payAt: told.url ?? null };
  // Completed, but money that takes days (a direct debit) has not come: is it on its way, or was it refused?
  const failure = refusalOf(told.payment_intent);
  return failure === null ? { state: 'pending', reference, payAt: null } : { state: 'failed', reference, failure };
}

function amountOf({ id, amount_total: amount, currency: code }: Session) {
  if (amount === null || code === null) throw new Error(`Stripe says that ${id} is paid, and not how much.`);
  const currency = code.toUpperCase();
  return { amount: formatMinor(BigInt(amount), digits(currency)), currency };
}

function refusalOf(intent: Session['payment_intent']): string | null {
  if (typeof intent !== 'object' || intent === null) return null;
  if (!['requires_payment_method', 'canceled'].includes(intent.status)) return null;
  return intent.last_payment_error?.message ?? 'The payment was refused.';
}
