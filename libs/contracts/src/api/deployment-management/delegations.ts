import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { condition } from './workloads.js';

/** A namespace of a registered cluster whose objects of `berth.dev` are taken as commands of the service account that asks. */
export const createDelegation = z
  .strictObject({
    cluster: slug,
    namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: 'must be a name in Kubernetes' }),
  })
  .meta({ id: 'CreateDelegation' });
export type CreateDelegation = z.infer<typeof createDelegation>;

export const delegation = z
  .object({
    id,
    organizationId: id,
    projectId: id,
    cluster: slug,
    namespace: z.string(),
    /** As whom the objects act. */
    subjectId: id,
    /** Of the token that it was made with: what they may do at most. */
    scopes: z.array(z.string()),
    /** `Followed`: whether the cluster can be asked about such objects. */
    conditions: z.array(condition),
    /** From then on the objects are not heard: the end of what that token was obtained with, or when it was revoked. */
    endsAt: instant,
    createdAt: instant,
  })
  .meta({ id: 'Delegation' });
export type Delegation = z.infer<typeof delegation>;
export const delegationPage = pageOf(delegation).meta({ id: 'DelegationPage' });
