import { z } from 'zod';

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a domain, for instance example.com' });

/** Who may make an account. */
export const signUpPolicy = z
  .strictObject({
    /** invitation: whoever was invited to an organization. */
    mode: z.enum(['open', 'invitation', 'closed']),
    /** Of addresses that may; none: all of them. */
    domains: z.array(domain).max(1_000),
  })
  .meta({ id: 'SignUpPolicy' });
export type SignUpPolicy = z.infer<typeof signUpPolicy>;
