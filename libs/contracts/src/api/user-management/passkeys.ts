import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { displayName } from './values.js';

const base64url = z
  .string()
  .max(20_000)
  .regex(/^[\w-]*$/);

/** Options for `navigator.credentials.create` or `.get`, as JSON (WebAuthn level 3, section 5.1). */
export const passkeyOptions = z.looseObject({ challenge: z.string() }).meta({ id: 'PasskeyOptions' });
export type PasskeyOptions = z.infer<typeof passkeyOptions>;

const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(50).optional(),
  clientExtensionResults: z.looseObject({}).default({}),
};

/** What a browser answers to the options of a new passkey: `RegistrationResponseJSON`. Browsers may add to it. */
export const newPasskey = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(50)).max(10).optional(),
    }),
  })
  .meta({ id: 'NewPasskey' });
export type NewPasskey = z.infer<typeof newPasskey>;

/** What a browser answers when somebody shows a passkey: `AuthenticationResponseJSON`. */
export const shownPasskey = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.optional(),
    }),
  })
  .meta({ id: 'ShownPasskey' });
export type ShownPasskey = z.infer<typeof shownPasskey>;

export const addPasskey = z.strictObject({ name: displayName, credential: newPasskey }).meta({ id: 'AddPasskey' });
export type AddPasskey = z.infer<typeof addPasskey>;

/** All that its person says of a passkey. */
export const renamePasskey = z.strictObject({ name: displayName }).meta({ id: 'RenamePasskey' });
export type RenamePasskey = z.infer<typeof renamePasskey>;

export const passkey = z
  .object({
    id,
    name: z.string(),
    /** Kept by its maker on more than one device. */
    backedUp: z.boolean(),
    createdAt: instant,
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'Passkey' });
export type Passkey = z.infer<typeof passkey>;
export const passkeyPage = pageOf(passkey).meta({ id: 'PasskeyPage' });

/** With the first second factor come codes for the day on which it is lost. They are shown once; empty when there are some. */
export const addedPasskey = passkey.extend({ recoveryCodes: z.array(z.string()) }).meta({ id: 'AddedPasskey' });
export type AddedPasskey = z.infer<typeof addedPasskey>;

/** A passkey alone: its device has asked for a finger, a face or a PIN. */
export const loginWithPasskey = z.strictObject({ passkey: shownPasskey }).meta({ id: 'LoginWithPasskey' });
export type LoginWithPasskey = z.infer<typeof loginWithPasskey>;
