import { CONFIG, type Keyring } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { webhookErrors } from './webhooks.errors.js';

/** Secrets lie sealed in the database. */
@Injectable()
export class WebhookSecrets {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  seal(webhookId: string, secret: string): Buffer {
    return this.keyring().seal(contextOf(webhookId), secret);
  }

  open(webhookId: string, sealed: Buffer): string {
    return this.keyring().openText(contextOf(webhookId), sealed);
  }

  private keyring(): Keyring {
    const ring = this.config.KEY_ENCRYPTION_KEY;
    if (!ring) throw webhookErrors.WebhooksNotConfigured('The platform has no KEY_ENCRYPTION_KEY for metering.');
    return ring;
  }
}

const contextOf = (webhookId: string): string => `webhook/${webhookId}`;
