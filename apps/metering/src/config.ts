import { baseConfig, encryptionKeys } from '@berth/service-kit';
import { z } from 'zod';

export const config = baseConfig
  .extend({
    /** Seals the secrets of webhooks, as elsewhere; without it there are no webhooks. */
    KEY_ENCRYPTION_KEY: encryptionKeys.optional(),
    /** Webhooks may go to the own network, and without TLS. */
    PRIVATE_WEBHOOKS: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
    /** How long after its end a month waits for late usage before it is closed; later usage becomes a correction. */
    LATE_USAGE_DAYS: z.coerce.number().int().nonnegative().max(60).default(3),
    /** Set: Stripe collects what is due. */
    STRIPE_SECRET_KEY: z.string().min(1).optional(),
    STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
    STRIPE_URL: z.url().default('https://api.stripe.com'),
    /** Where whoever has paid goes on: the console. */
    PUBLIC_URL: z.url().optional(),
    /** Set, and no Stripe: requests to be paid are files in it, and so are their results. Replicas share it. */
    PAYMENT_FOLDER: z.string().min(1).optional(),
  })
  .refine(
    ({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, PUBLIC_URL }) =>
      STRIPE_SECRET_KEY === undefined || (STRIPE_WEBHOOK_SECRET !== undefined && PUBLIC_URL !== undefined),
    {
      path: ['STRIPE_SECRET_KEY'],
      error: 'set STRIPE_WEBHOOK_SECRET and PUBLIC_URL, too',
    },
  );
export type Config = z.infer<typeof config>;
