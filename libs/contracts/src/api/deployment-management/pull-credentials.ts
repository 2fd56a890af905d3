import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';

/** Host of a registry, with its port where it has one: `registry.example:5000`. */
const registryHost = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?$/, {
    error: 'must be the host of a registry, in lower case, without https:// and without a path',
  });
const visible = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}]+$/u, { error: 'must be there, without control characters' });

/** As whom clusters pull images of an organization from a registry. Sealed where it is kept, and never answered. */
export const createPullCredential = z
  .strictObject({
    organizationId: id,
    registry: registryHost,
    /** Basic authentication has no way to write a colon in it. (RFC 7617) */
    username: visible(200).regex(/^[^:]+$/, { error: 'must have no colon' }),
    /** A password or a token. */
    password: visible(10_000),
  })
  .meta({ id: 'CreatePullCredential' });
export type CreatePullCredential = z.infer<typeof createPullCredential>;

export const pullCredential = z
  .object({
    id,
    organizationId: id,
    registry: z.string(),
    username: z.string(),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'PullCredential' });
export type PullCredential = z.infer<typeof pullCredential>;

export const pullCredentialQuery = pageQuery.extend({ organization: id });
export type PullCredentialQuery = z.infer<typeof pullCredentialQuery>;
export const pullCredentialPage = pageOf(pullCredential).meta({ id: 'PullCredentialPage' });
