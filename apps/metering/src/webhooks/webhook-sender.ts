import { Clock, CONFIG, Database, type OutboundFetch, outboundFetch } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { type Answer, judge } from './attempts.js';
import { DeliveriesRepository, type Sending } from './deliveries.repository.js';
import { signedHeaders } from './signature.js';
import { WebhookSecrets } from './webhook-secrets.js';

const TIMEOUT = 15_000;
/** Longer than an attempt can take: whoever is silent for so long has ended, and another one sends again. */
const CLAIM = 60_000;
const AT_ONCE = 16;
const KEPT = 30 * 86_400_000;
const MOST_OF_ANSWER = 65_536;

/** Sends what is due, outside of any transaction. A receiver may get a message twice, always with the same id. */
@Injectable()
export class WebhookSender {
  private readonly fetch: OutboundFetch;

  constructor(
    @Inject(CONFIG) { PRIVATE_WEBHOOKS: allowPrivateAddresses, OUTBOUND_HOSTS: hosts }: Config,
    private readonly deliveries: DeliveriesRepository,
    private readonly secrets: WebhookSecrets,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.fetch = outboundFetch({ allowPrivateAddresses, hosts, timeoutMs: TIMEOUT, maxBytes: MOST_OF_ANSWER });
  }

  /** Resolves when nothing is due any more. */
  async sendDue(): Promise<void> {
    while ((await this.sendSome()) > 0);
  }

  /** Deliveries are kept for a month after their end. */
  forgetOld(): Promise<void> {
    return this.deliveries.forget(this.database, new Date(this.clock.now().getTime() - KEPT));
  }

  private async sendSome(): Promise<number> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + CLAIM);
    const claimed = await this.database.transaction((tx) => this.deliveries.claim(tx, now, until, AT_ONCE));
    await Promise.all(claimed.map((each) => this.send(each)));
    return claimed.length;
  }

  private async send(sending: Sending): Promise<void> {
    const answer = await this.attempt(sending);
    await this.deliveries.end(this.database, sending, judge(answer, sending.attempts), this.clock.now());
  }

  private async attempt({ id, webhookId, url, payload, secret, formerSecret }: Sending): Promise<Answer> {
    const sealed = formerSecret ? [secret, formerSecret] : [secret];
    const secrets = sealed.map((each) => this.secrets.open(webhookId, each));
    const signature = signedHeaders({ id, at: this.clock.now(), payload }, secrets);
    const headers = { 'content-type': 'application/json', 'user-agent': 'berth-webhooks/1', ...signature };
    try {
      return { status: (await this.fetch(url, { method: 'POST', headers, body: payload })).status };
    } catch (error) {
      // Whatever the receiver's side does wrong is an attempt that failed, and is told in the list of deliveries.
      return { error: error instanceof Error ? error.message.slice(0, 300) : 'no answer' };
    }
  }
}
