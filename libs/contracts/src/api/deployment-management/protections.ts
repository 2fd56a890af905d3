import { z } from 'zod';
import { id } from '../../common/values.js';
import { login, network } from '../../runtime/protection.js';

const username = login.shape.username;

/** bcrypt sees 72 bytes of a password at most. */
const password = z
  .string()
  .min(8)
  .max(72)
  .regex(/^\P{Cc}*$/u, { error: 'a password has no control characters' })
  .refine((text) => Buffer.byteLength(text) <= 72, { error: 'a password has at most 72 bytes' });

/** Networks, and single addresses, that visitors come from: the whole list. */
export const allowedNetworks = z.array(z.union([z.ipv4(), z.ipv6(), network])).max(100);

/** What is not named stays. A name with `null` has no password any more; `allow` is the whole list. */
export const changeProtection = z
  .strictObject({
    logins: z.record(username, password.nullable()).optional(),
    allow: allowedNetworks.optional(),
  })
  .refine(({ logins, allow }) => logins !== undefined || allow !== undefined, { error: 'change logins or allow' })
  .meta({ id: 'ChangeProtection' });
export type ChangeProtection = z.infer<typeof changeProtection>;

/** What visitors of a workload have to pass; nobody is told a password. */
export const workloadProtection = z
  .object({
    workloadId: id,
    /** Names; none: nobody is asked for a password. */
    logins: z.array(username),
    /** Networks; none: it is reached from everywhere. */
    allow: z.array(network),
  })
  .meta({ id: 'WorkloadProtection' });
export type WorkloadProtection = z.infer<typeof workloadProtection>;
