import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';

/** Changes at once and is no part of a release: a rollback leaves it alone. */
export const createDomain = z
  .strictObject({
    workloadId: id,
    /** `shop.example.com`; other scripts as they are or as punycode. */
    host: z.string().min(1).max(253),
    /** Only requests that begin with it, of a host that workloads of one environment share; the longest has a request. */
    path: z.string().min(1).max(200).default('/'),
  })
  .meta({ id: 'CreateDomain' });
export type CreateDomain = z.infer<typeof createDomain>;

export const vouchForDomain = z.strictObject({ reason: z.string().trim().min(1).max(500) }).meta({
  id: 'VouchForDomain',
});
export type VouchForDomain = z.infer<typeof vouchForDomain>;

/** `not_proven`: nobody set the record in time; `lost`: another claim proved the host, and this one does no more. */
export const domainCause = z.enum(['not_proven', 'lost']);
export type DomainCause = z.infer<typeof domainCause>;

export const domain = z
  .object({
    id,
    workloadId: id,
    organizationId: id,
    /** In lower case and punycode. */
    host: z.string(),
    /** `/`: all of the host that no longer path has. Requests keep it when they are led on. */
    path: z.string(),
    /** `verified`: it is proven whose it is; `ready`: every cluster of the workload was seen to lead it to an instance. */
    state: z.enum(['pending', 'verified', 'ready', 'failed']),
    cause: domainCause.nullable(),
    /** What is missing, in one sentence. */
    message: z.string().nullable(),
    proof: z.enum(['dns', 'vouched']).nullable(),
    /** The record that proves it. */
    challenge: z.object({ type: z.literal('TXT'), name: z.string(), value: z.string() }),
    verifiedAt: instant.nullable(),
    /** When the record was last looked for. */
    checkedAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Domain' });
export type Domain = z.infer<typeof domain>;

export const domainQuery = pageQuery.extend({ workload: id });
export type DomainQuery = z.infer<typeof domainQuery>;
export const domainPage = pageOf(domain).meta({ id: 'DomainPage' });
