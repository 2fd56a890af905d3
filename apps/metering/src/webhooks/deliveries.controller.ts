import { Access, Audit, type Caller, CurrentCaller, notFound, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type WebhookDelivery,
  webhookDelivery,
  webhookDeliveryPage,
  type WebhookDeliveryQuery,
  webhookDeliveryQuery,
} from '@berth/contracts/metering';
import { Answers, Clock, Database, toPage } from '@berth/service-kit';
import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { DeliveriesRepository } from './deliveries.repository.js';
import { webhookErrors } from './webhooks.errors.js';
import { WebhooksRepository } from './webhooks.repository.js';

@Controller('v1/webhooks/:id/deliveries')
export class DeliveriesController {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly access: Access,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Requires('webhooks:update')
  @Answers(webhookDeliveryPage)
  async listWebhookDeliveries(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) webhookId: string,
    @Query({ schema: webhookDeliveryQuery }) query: WebhookDeliveryQuery,
  ): Promise<Page<WebhookDelivery>> {
    await this.require(caller, webhookId);
    return toPage(await this.deliveries.list(this.database.confined, webhookId, query), query.limit, (each) => each.id);
  }

  /** Sends it again, with the same id, whether it had arrived or was given up. */
  @Post(':delivery/replays')
  @Requires('webhooks:update')
  @Answers(webhookDelivery)
  async replayWebhookDelivery(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) webhookId: string,
    @Param('delivery', { schema: id }) delivery: string,
  ): Promise<WebhookDelivery> {
    const organizationId = await this.require(caller, webhookId);
    return this.database.transaction(async (tx) => {
      const found = await this.deliveries.find(tx, webhookId, delivery);
      if (!found) throw notFound();
      if (found.state === 'pending') throw webhookErrors.DeliveryPending('It is being sent.');
      await this.deliveries.replay(tx, delivery, this.clock.now());
      const replayed = await this.deliveries.find(tx, webhookId, delivery);
      const act = { by: caller, action: 'webhooks:update', target: { kind: 'webhook', id: webhookId }, organizationId };
      await this.audit.record(tx, { ...act, detail: { replayed: delivery } });
      return replayed ?? found;
    });
  }

  /** The organization that it belongs to. */
  private async require(caller: Caller, webhookId: string): Promise<string> {
    const found = await this.webhooks.find(this.database, webhookId);
    if (!found) throw notFound();
    await this.access.require(caller, 'webhooks:update', { organizationId: found.organizationId });
    return found.organizationId;
  }
}
