import { z } from 'zod';
import { id } from '../../common/values.js';
import { shownPasskey } from './passkeys.js';
import { secondFactorCode } from './second-factor.js';
import { username, writtenUsername } from './usernames.js';
import { displayName, email, newPassword } from './values.js';

export const register = z
  .strictObject({
    email,
    password: newPassword,
    displayName: displayName.optional(),
    /** Absent: made from the address. Who is first to prove an address gets it; another gets a number behind it. */
    username: username.optional(),
  })
  .meta({ id: 'Register' });
export type Register = z.infer<typeof register>;

/** The same for a new and for a known address, so that nobody learns who has an account. */
export const registration = z.object({ status: z.literal('verification_sent') }).meta({ id: 'Registration' });
export type Registration = z.infer<typeof registration>;

export const verifyEmail = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'VerifyEmail' });
export type VerifyEmail = z.infer<typeof verifyEmail>;

/** No rules for the password but a limit: what is wrong with it is not told. */
export const login = z
  .strictObject({
    /** Either this or the username. */
    email: email.optional(),
    username: writtenUsername.optional(),
    password: z.string().min(1).max(1_000),
    /** Of the second factor; asked for with `second_factor_required` where there is one. */
    code: secondFactorCode.optional(),
    /** In place of a code. */
    passkey: shownPasskey.optional(),
  })
  .refine((given) => (given.email === undefined) !== (given.username === undefined), {
    path: ['email'],
    error: 'send either an e-mail address or a username',
  })
  .meta({ id: 'Login' });
export type Login = z.infer<typeof login>;

/** Asks for a mail with a code that lets its reader set a new password. */
export const requestRecovery = z.strictObject({ email }).meta({ id: 'RequestRecovery' });
export type RequestRecovery = z.infer<typeof requestRecovery>;

/** The same whether the address has an account or not. */
export const recoveryRequested = z.object({ status: z.literal('recovery_sent') }).meta({ id: 'RecoveryRequested' });
export type RecoveryRequested = z.infer<typeof recoveryRequested>;

export const completeRecovery = z
  .strictObject({ token: z.string().min(1).max(200), password: newPassword })
  .meta({ id: 'CompleteRecovery' });
export type CompleteRecovery = z.infer<typeof completeRecovery>;

export const changePassword = z
  .strictObject({ currentPassword: z.string().min(1).max(1_000), password: newPassword })
  .meta({ id: 'ChangePassword' });
export type ChangePassword = z.infer<typeof changePassword>;

export const refresh = z.strictObject({ refreshToken: z.string().min(1).max(200) }).meta({ id: 'Refresh' });
export type Refresh = z.infer<typeof refresh>;

export const tokens = z
  .object({
    /** JWT, RS256. */
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    /** Seconds until the access token ends. */
    expiresIn: z.int().positive(),
    /** Opaque and for one use: each refresh answers its successor. */
    refreshToken: z.string(),
    sessionId: id,
  })
  .meta({ id: 'Tokens' });
export type Tokens = z.infer<typeof tokens>;

/** JSON Web Key Set, RFC 7517. */
export const jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'Jwks' });
export type Jwks = z.infer<typeof jwks>;
