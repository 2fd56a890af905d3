import { z } from 'zod';
import { instant } from '../../common/values.js';
import { shownPasskey } from './passkeys.js';
import { secondFactorCode } from './second-factor.js';

/** Proves again who has the session: by the password with what else is asked for, or by a passkey alone. */
export const stepUp = z
  .strictObject({
    password: z.string().min(1).max(1_000).optional(),
    code: secondFactorCode.optional(),
    passkey: shownPasskey.optional(),
  })
  .refine(({ password, passkey }) => password !== undefined || passkey !== undefined, {
    path: ['password'],
    error: 'send a password or a passkey',
  })
  .meta({ id: 'StepUp' });
export type StepUp = z.infer<typeof stepUp>;

/** Until then the session may do what is dangerous. */
export const steppedUp = z.object({ until: instant }).meta({ id: 'SteppedUp' });
export type SteppedUp = z.infer<typeof steppedUp>;
