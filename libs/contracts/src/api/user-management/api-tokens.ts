import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant } from '../../common/values.js';

/** `*`, `<segment>:*` or `<segment>:<verb>`. */
export const tokenScope = z.string().regex(/^(\*|[a-z][a-z-]{0,39}:(\*|[a-z][a-z-]{0,39}))$/, {
  error: 'must be *, <segment>:* or <segment>:<verb>',
});

export const createApiToken = z
  .strictObject({
    /** For its owner to tell it from others. */
    name: z.string().trim().min(1).max(100),
    scopes: z.array(tokenScope).min(1).max(50),
    expiresInDays: z.int().min(1).max(365).default(90),
  })
  .meta({ id: 'CreateApiToken' });
export type CreateApiToken = z.infer<typeof createApiToken>;

export const apiToken = z
  .object({
    id,
    name: z.string(),
    /** How the token starts, to find it where it lies. */
    prefix: z.string(),
    scopes: z.array(z.string()),
    createdAt: instant,
    expiresAt: instant,
    /** To the minute. */
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'ApiToken' });
export type ApiTokenView = z.infer<typeof apiToken>;
export const apiTokenPage = pageOf(apiToken).meta({ id: 'ApiTokenPage' });

/** The one answer that holds the token. */
export const createdApiToken = apiToken.extend({ token: z.string() }).meta({ id: 'CreatedApiToken' });
export type CreatedApiToken = z.infer<typeof createdApiToken>;

/** An API token for a short access token, as often as one is needed. */
export const exchangeApiToken = z
  .strictObject({ apiToken: z.string().min(1).max(200) })
  .meta({ id: 'ExchangeApiToken' });
export type ExchangeApiToken = z.infer<typeof exchangeApiToken>;

export const accessToken = z
  .object({
    /** JWT, RS256. */
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    /** Seconds until the access token ends. */
    expiresIn: z.int().positive(),
  })
  .meta({ id: 'AccessToken' });
export type AccessToken = z.infer<typeof accessToken>;
