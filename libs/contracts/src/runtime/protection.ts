import { z } from 'zod';

/** Name and password of HTTP Basic (RFC 7617), the password as bcrypt made it. */
export const login = z.strictObject({
  username: z.string().regex(/^[A-Za-z0-9._~@+-]{1,64}$/),
  passwordHash: z.string().regex(/^\$2b\$\d\d\$[./A-Za-z0-9]{53}$/),
});
export type Login = z.infer<typeof login>;

/** An IPv4 or IPv6 network: `198.51.100.0/24`, `2001:db8::/32`. */
export const network = z.union([z.cidrv4(), z.cidrv6()]);

/**
 * What requests of visitors have to pass before they reach an instance: both, where there are both. Requests of links pass
 * neither. Whoever cannot make it leads nobody there.
 */
export const protection = z.strictObject({
  /** Absent: nobody is asked who it is. `version` changes with them; where only what was stated is kept nobody is `known`. */
  logins: z.strictObject({ version: z.string().regex(/^[0-9a-f]{16}$/), known: z.array(login) }).optional(),
  /** Absent: from everywhere. */
  allow: z.array(network).min(1).optional(),
});
export type Protection = z.infer<typeof protection>;
