import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';

/** What can be told to others as it happens. */
export const webhookEvent = z.enum([
  'berth.invoice.issued.v1',
  'berth.invoice.paid.v1',
  'berth.invoice.voided.v1',
  'berth.budget.threshold-crossed.v1',
  'berth.budget.exhausted.v1',
  'berth.budget.cleared.v1',
]);
export type WebhookEvent = z.infer<typeof webhookEvent>;

/** Where events of an organization are sent to, signed as Standard Webhooks says. */
export const webhook = z
  .object({ id, organizationId: id, url: z.string(), events: z.array(webhookEvent), createdAt: instant })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhook>;
export const webhookPage = pageOf(webhook).meta({ id: 'WebhookPage' });

export const webhookQuery = pageQuery.extend({ organization: id });
export type WebhookQuery = z.infer<typeof webhookQuery>;

export const createWebhook = z
  .strictObject({
    organizationId: id,
    url: z.url({ protocol: /^https?$/ }).max(2_000),
    events: z.array(webhookEvent).min(1).max(webhookEvent.options.length),
  })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.infer<typeof createWebhook>;

/** `whsec_...`: what signatures are made with. It is told once. */
export const webhookSecret = z.object({ secret: z.string() }).meta({ id: 'WebhookSecret' });
export type WebhookSecret = z.infer<typeof webhookSecret>;
export const createdWebhook = webhook.extend(webhookSecret.shape).meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.infer<typeof createdWebhook>;

export const deliveryState = z.enum(['pending', 'delivered', 'dead']);
export const webhookDelivery = z
  .object({
    /** What the receiver sees as `webhook-id`; the same for every attempt. */
    id,
    webhookId: id,
    type: webhookEvent,
    /** `dead`: given up, until it is replayed. */
    state: deliveryState,
    attempts: z.int().nonnegative(),
    /** Why the last attempt failed; null when none did. */
    failure: z.string().nullable(),
    createdAt: instant,
    /** Of a pending one. */
    nextAttemptAt: instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof webhookDelivery>;
export const webhookDeliveryPage = pageOf(webhookDelivery).meta({ id: 'WebhookDeliveryPage' });
export const webhookDeliveryQuery = pageQuery.extend({ state: deliveryState.optional() });
export type WebhookDeliveryQuery = z.infer<typeof webhookDeliveryQuery>;
