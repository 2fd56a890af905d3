import { z } from 'zod';
import { id, slug } from '../../common/values.js';

const apps = z.array(slug).max(50).default([]);

/** Apps of the same environment that a workload is to reach from now on, or no longer. */
export const changeLinks = z
  .strictObject({ add: apps, remove: apps })
  .refine((body) => body.add.length + body.remove.length > 0, { error: 'add or remove at least one app' })
  .refine((body) => !body.add.some((app) => body.remove.includes(app)), { error: 'an app is added and removed' })
  .meta({ id: 'ChangeLinks' });
export type ChangeLinks = z.infer<typeof changeLinks>;

/** One workload may reach the `web` of another one, by these variables. A variable of its own of the same name wins. */
export const link = z.object({ app: slug, workloadId: id, variables: z.array(z.string()) }).meta({ id: 'Link' });
export type Link = z.infer<typeof link>;

/** By the current config version. */
export const linkList = z
  .object({
    workloadId: id,
    version: z.int().nonnegative(),
    items: z.array(link),
    /** Workloads that reach this one: by their current config, or by a release that they run. */
    usedBy: z.array(z.object({ app: slug, workloadId: id })),
  })
  .meta({ id: 'LinkList' });
export type LinkList = z.infer<typeof linkList>;
