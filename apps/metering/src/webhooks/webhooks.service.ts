import { isIP } from 'node:net';
import { Audit, type Caller } from '@berth/access';
import type { CreatedWebhook, CreateWebhook, Webhook, WebhookSecret } from '@berth/contracts/metering';
import { CONFIG, Database, isPublicAddress, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { newSecret } from './signature.js';
import { Stamps } from './stamps.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { webhookErrors } from './webhooks.errors.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Of an organization. */
const MOST = 100;
/** How long a former secret still signs. */
const OVERLAP = 86_400_000;

@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhookSecrets,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly stamps: Stamps,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  create(caller: Caller, { organizationId, url, events }: CreateWebhook): Promise<CreatedWebhook> {
    this.requireAllowed(url);
    const secret = newSecret();
    const made: Webhook = { ...this.stamps.next(), organizationId, url, events: [...new Set(events)] };
    const sealed = this.secrets.seal(made.id, secret);
    return this.database.transaction(async (tx) => {
      if ((await this.webhooks.count(tx, organizationId)) >= MOST)
        throw webhookErrors.WebhookLimitReached(`An organization has at most ${MOST} webhooks.`);
      await this.webhooks.insert(tx, made, sealed);
      await this.record(tx, caller, made, { created: new URL(url).host, events: made.events.join(', ') });
      return { ...made, secret };
    });
  }

  delete(caller: Caller, webhook: Webhook): Promise<void> {
    return this.database.transaction(async (tx) => {
      await this.webhooks.delete(tx, webhook.id);
      await this.record(tx, caller, webhook, { deleted: new URL(webhook.url).host });
    });
  }

  /** For a day both secrets sign. */
  rotate(caller: Caller, webhook: Webhook): Promise<WebhookSecret> {
    const secret = newSecret();
    const sealed = this.secrets.seal(webhook.id, secret);
    return this.database.transaction(async (tx) => {
      await this.webhooks.rotate(tx, webhook.id, sealed, new Date(this.stamps.now().getTime() + OVERLAP));
      await this.record(tx, caller, webhook, { rotated: new URL(webhook.url).host });
      return { secret };
    });
  }

  /** A name is looked up for each attempt, and what it leads to is judged then. */
  private requireAllowed(url: string): void {
    const { protocol, hostname } = new URL(url);
    if (this.config.PRIVATE_WEBHOOKS) return;
    const address = hostname.replace(/^\[|\]$/g, '');
    if (protocol !== 'https:' || (isIP(address) !== 0 && !isPublicAddress(address)))
      throw webhookErrors.WebhookUrlRefused('Webhooks go to public hosts by https.', { pointer: '/url' });
  }

  private record(tx: Tx, caller: Caller, { id, organizationId }: Webhook, detail: Record<string, string>) {
    const target = { kind: 'webhook', id };
    return this.audit.record(tx, { by: caller, action: 'webhooks:update', target, organizationId, detail });
  }
}
