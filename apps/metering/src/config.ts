import { baseConfig, encryptionKeys } from '@berth/service-kit';
import { z } from 'zod';

export const config = baseConfig.extend({
  /** Seals the secrets of webhooks, as elsewhere; without it there are no webhooks. */
  KEY_ENCRYPTION_KEY: encryptionKeys.optional(),
  /** Webhooks may go to the own network, and without TLS. */
  PRIVATE_WEBHOOKS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});
export type Config = z.infer<typeof config>;
