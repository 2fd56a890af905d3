import { z } from 'zod';
import { MOST } from '../../common/values.js';
import { quota } from '../../events/shapes.js';

const most = z.int().nonnegative().max(MOST);

export const putQuota = z
  .strictObject({
    projects: most,
    environments: most,
    apps: most,
    cpuMillicores: most,
    memoryMib: most,
    buildsAtOnce: most,
    storageMib: most.optional(),
  } satisfies Record<keyof typeof quota.shape, unknown>)
  .meta({ id: 'PutQuota' });
export type PutQuota = z.infer<typeof putQuota>;

/** What an organization may use. */
export const quotaView = quota.meta({ id: 'Quota' });
