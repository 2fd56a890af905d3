import { defineErrors } from '@berth/service-kit';

export const webhookErrors = defineErrors({
  WebhookUrlRefused: 422,
  WebhooksNotConfigured: 409,
  WebhookLimitReached: 409,
  DeliveryPending: 409,
});
