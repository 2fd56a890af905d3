import { Access, type Caller, CurrentCaller, notFound, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreatedWebhook,
  createdWebhook,
  type CreateWebhook,
  createWebhook,
  type Webhook,
  webhookPage,
  type WebhookQuery,
  webhookQuery,
  type WebhookSecret,
  webhookSecret,
} from '@berth/contracts/metering';
import { Answers, AnswersNothing, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly service: WebhooksService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('webhooks:update')
  @Answers(webhookPage)
  async listWebhooks(
    @CurrentCaller() caller: Caller,
    @Query({ schema: webhookQuery }) query: WebhookQuery,
  ): Promise<Page<Webhook>> {
    await this.access.require(caller, 'webhooks:update', { organizationId: query.organization });
    return toPage(await this.webhooks.list(this.database.confined, query), query.limit, (each) => each.id);
  }

  /** The secret is told once. */
  @Post()
  @Requires('webhooks:update')
  @Answers(createdWebhook, 201)
  async createWebhook(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createWebhook }) body: CreateWebhook,
  ): Promise<CreatedWebhook> {
    await this.access.require(caller, 'webhooks:update', { organizationId: body.organizationId });
    return this.service.create(caller, body);
  }

  /** With its deliveries. */
  @Delete(':id')
  @Requires('webhooks:update')
  @AnswersNothing()
  async deleteWebhook(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) webhookId: string): Promise<void> {
    await this.service.delete(caller, await this.find(caller, webhookId));
  }

  /** A new secret; for a day the former one signs, too. */
  @Post(':id/secrets')
  @Requires('webhooks:update')
  @Answers(webhookSecret, 201)
  async rotateWebhookSecret(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) webhookId: string,
  ): Promise<WebhookSecret> {
    return this.service.rotate(caller, await this.find(caller, webhookId));
  }

  private async find(caller: Caller, webhookId: string): Promise<Webhook> {
    const found = await this.webhooks.find(this.database, webhookId);
    if (!found) throw notFound();
    await this.access.require(caller, 'webhooks:update', { organizationId: found.organizationId });
    return found;
  }
}
