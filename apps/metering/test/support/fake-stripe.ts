import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Session {
  readonly id: string;
  status: 'open' | 'complete' | 'expired';
  payment_status: 'paid' | 'unpaid';
  url: string | null;
  amount_total: number;
  currency: string;
  payment_intent: { status: string; last_payment_error: { message: string } | null } | string | null;
}

const KEY = 'sk_test_berth';

/** Checkout Sessions as Stripe's API reference describes them, as far as we use them; repeated keys answer the same session. */
export class FakeStripe {
  readonly sessions = new Map<string, Session>();
  readonly byKey = new Map<string, string>();
  /** As they were when they were given: repeated keys are answered with them. */
  private readonly first = new Map<string, Session>();
  readonly asked: URLSearchParams[] = [];
  /** Answered in place of the next ones: statuses of errors; 0 breaks the connection after the effect. */
  readonly trouble: number[] = [];
  private server: Server | undefined;

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  get options() {
    const url = `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
    return { url, key: KEY, webhookSecret: 'whsec_test', returnUrl: 'http://localhost/' };
  }

  /** Of a payment of ours. */
  sessionOf(paymentId: string): Session {
    return this.session(this.byKey.get(paymentId) ?? '');
  }

  session(id: string): Session {
    const found = this.sessions.get(id);
    if (!found) throw new Error(`no session ${id}`);
    return found;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const trouble = this.trouble.shift();
    if (trouble) return send(response, trouble, { error: { message: `trouble ${trouble}` } });
    const answer = this.handle(request, new URLSearchParams(Buffer.concat(chunks).toString()));
    if (trouble === 0) return void response.destroy();
    send(response, answer ? 200 : 400, answer ?? { error: { message: 'This Session is not open.' } });
  }

  private handle({ method, url = '', headers }: IncomingMessage, form: URLSearchParams): Session | undefined {
    if (headers.authorization !== `Bearer ${KEY}`) return undefined;
    const [, id, action] = /^\/v1\/checkout\/sessions(?:\/([\w-]+))?(?:\/(\w+))?(?:\?.*)?$/.exec(url) ?? [];
    if (method === 'POST' && id === undefined) return this.create(String(headers['idempotency-key']), form);
    const found = this.sessions.get(id ?? '');
    if (!found) return undefined;
    if (action !== 'expire') return url.includes('expand[]=payment_intent') ? found : unexpanded(found);
    if (found.status !== 'open') return undefined;
    return unexpanded(Object.assign(found, { status: 'expired', url: null }));
  }

  private create(key: string, form: URLSearchParams): Session | undefined {
    const known = this.byKey.get(key);
    if (known !== undefined) return this.first.get(known);
    this.asked.push(form);
    const id = `cs_test_${this.sessions.size + 1}`;
    const [amount, currency] = ['unit_amount', 'currency'].map((each) =>
      form.get(`line_items[0][price_data][${each}]`),
    );
    const session: Session = {
      ...{ id, status: 'open', payment_status: 'unpaid', url: `https://checkout.stripe.com/c/${id}` },
      ...{ amount_total: Number(amount), currency: String(currency), payment_intent: null },
    };
    this.sessions.set(id, session);
    this.byKey.set(key, id);
    this.first.set(id, { ...session });
    return session;
  }
}

const unexpanded = (session: Session): Session => ({ ...session, payment_intent: session.payment_intent && 'pi_1' });

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
