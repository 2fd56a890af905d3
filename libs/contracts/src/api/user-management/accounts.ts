import { z } from 'zod';
import { id, instant } from '../../common/values.js';
import { memberRole, scope } from '../../events/shapes.js';
import { auditEntryView } from './audit.js';
import { linkedIdentity } from './sign-in-flows.js';
import { passkey } from './passkeys.js';
import { user } from './users.js';
import { email } from './values.js';

/** Asks for a code that goes to the new address. */
export const changeEmail = z.strictObject({ email }).meta({ id: 'ChangeEmail' });
export type ChangeEmail = z.infer<typeof changeEmail>;

/** The same for an address that is free and for one that is somebody's. */
export const emailChangeRequested = z
  .object({ status: z.literal('verification_sent') })
  .meta({ id: 'EmailChangeRequested' });
export type EmailChangeRequested = z.infer<typeof emailChangeRequested>;

export const confirmEmail = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'ConfirmEmail' });
export type ConfirmEmail = z.infer<typeof confirmEmail>;

/** Until then whoever logs in takes it back. */
export const accountDeletion = z.object({ erasedAt: instant }).meta({ id: 'AccountDeletion' });
export type AccountDeletion = z.infer<typeof accountDeletion>;

/** Everything that the platform knows of a person, without secrets. */
export const accountExport = z
  .object({
    exportedAt: instant,
    user,
    /** Until then nobody else can have them. */
    formerUsernames: z.array(z.object({ username: z.string(), heldUntil: instant })),
    memberships: z.array(
      z.object({ organizationId: id, organization: z.string(), scope, role: memberRole, createdAt: instant }),
    ),
    sessions: z.array(
      z.object({
        id,
        userAgent: z.string().nullable(),
        address: z.string().nullable(),
        createdAt: instant,
        lastUsedAt: instant,
        expiresAt: instant,
      }),
    ),
    apiTokens: z.array(
      z.object({ id, name: z.string(), prefix: z.string(), scopes: z.array(z.string()), createdAt: instant }),
    ),
    passkeys: z.array(passkey),
    identities: z.array(linkedIdentity),
    /** What the person did, newest first, at most 10,000 acts. */
    acts: z.array(auditEntryView),
    hasMoreActs: z.boolean(),
  })
  .meta({ id: 'AccountExport' });
export type AccountExport = z.infer<typeof accountExport>;
