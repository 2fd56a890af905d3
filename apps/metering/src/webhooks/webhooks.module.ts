import { SealedRowsModule } from '@berth/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { OnWebhookEventHandler } from './on-webhook-event.handler.js';
import { Stamps } from './stamps.js';
import { WebhookSchedule } from './webhook-schedule.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

const columns = ['secret', 'former_secret'].map((column) => ({
  ...{ table: 'webhook', key: 'id', column, context: `'webhook/' || id::text` },
}));

@Module({
  controllers: [WebhooksController, DeliveriesController, OnWebhookEventHandler],
  providers: [
    ...[WebhooksRepository, DeliveriesRepository, WebhookSecrets, Stamps],
    ...[WebhooksService, WebhookSender, WebhookSchedule],
  ],
})
export class WebhooksModule {
  static with(config: Config): DynamicModule {
    const { KEY_ENCRYPTION_KEY: keyring } = config;
    const imports = keyring ? [SealedRowsModule.forRoot({ config, keyring, columns })] : [];
    return { module: WebhooksModule, imports };
  }
}
