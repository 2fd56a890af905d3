import type { CloudEvent } from '@berth/contracts/events';
import { type WebhookEvent, webhookEvent } from '@berth/contracts/metering';
import { EventContext } from '@berth/eventing';
import { Clock, Ids } from '@berth/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DeliveriesRepository } from './deliveries.repository.js';
import { WebhooksRepository } from './webhooks.repository.js';

type Told = CloudEvent & { readonly data: { readonly organizationId: string } };

/** One delivery for each webhook that wants the event, in the transaction in which the event takes effect. */
@Controller()
export class OnWebhookEventHandler {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  @EventPattern<readonly string[]>(webhookEvent.options)
  async handle(@Payload() { id: eventId, type, time, data }: Told, @Ctx() { tx }: EventContext): Promise<void> {
    const payload = JSON.stringify({ type, timestamp: time, data });
    for (const webhookId of await this.webhooks.wanting(tx, data.organizationId, type as WebhookEvent)) {
      const delivery = { id: this.ids.next(), webhookId, eventId, type, payload };
      await this.deliveries.insert(tx, delivery, this.clock.now());
    }
  }
}
