import { z } from 'zod';

/** Six digits of an authenticator, or one of the recovery codes. */
export const secondFactorCode = z.string().trim().min(6).max(40);

export const beginTotp = z.strictObject({ password: z.string().min(1).max(1_000) }).meta({ id: 'BeginTotp' });
export type BeginTotp = z.infer<typeof beginTotp>;

export const totpSecret = z
  .object({
    /** Base32, to type it in. */
    secret: z.string(),
    /** `otpauth://` URI, to show it as a QR code. */
    uri: z.string(),
  })
  .meta({ id: 'TotpSecret' });
export type TotpSecret = z.infer<typeof totpSecret>;

export const confirmTotp = z.strictObject({ code: secondFactorCode }).meta({ id: 'ConfirmTotp' });
export type ConfirmTotp = z.infer<typeof confirmTotp>;

/** Each is good once, in place of a code. They are shown once. */
export const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' });
export type RecoveryCodes = z.infer<typeof recoveryCodes>;

export const disableTotp = z
  .strictObject({ password: z.string().min(1).max(1_000), code: secondFactorCode })
  .meta({ id: 'DisableTotp' });
export type DisableTotp = z.infer<typeof disableTotp>;

export const totpStatus = z
  .object({ enabled: z.boolean(), recoveryCodesLeft: z.int().min(0) })
  .meta({ id: 'TotpStatus' });
export type TotpStatus = z.infer<typeof totpStatus>;
