import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { shownPasskey } from './passkeys.js';
import { secondFactorCode } from './second-factor.js';
import { displayName } from './values.js';

const flowToken = z.string().min(1).max(200);

/** Begins to sign in at a provider. */
export const beginSignIn = z
  .strictObject({
    providerId: id,
    /** Where the provider sends the browser back to: one that the platform is configured with, or `http://127.0.0.1:<port>/...`. */
    redirectUri: z.url({ protocol: /^https?$/ }).max(2_000),
  })
  .meta({ id: 'BeginSignIn' });
export type BeginSignIn = z.infer<typeof beginSignIn>;

export const signInFlow = z
  .object({
    /** Stays in the browser or program that began: without it nobody can go on with what the provider answers. */
    flowToken,
    /** To be opened in a browser. */
    authorizationUrl: z.string(),
    expiresAt: instant,
  })
  .meta({ id: 'SignInFlow' });
export type SignInFlow = z.infer<typeof signInFlow>;

/** What the browser brought back. */
export const answerSignIn = z
  .strictObject({
    flowToken,
    /** Query of the URL to which the provider redirected: `code=...&state=...`. */
    query: z.string().min(1).max(8_000),
  })
  .meta({ id: 'AnswerSignIn' });
export type AnswerSignIn = z.infer<typeof answerSignIn>;

/** What the provider says of the person. It is nobody here yet. */
export const identifiedPerson = z
  .object({ email: z.string().nullable(), displayName: z.string().nullable() })
  .meta({ id: 'IdentifiedPerson' });
export type IdentifiedPerson = z.infer<typeof identifiedPerson>;

export const loginWithFlow = z
  .strictObject({ flowToken, code: secondFactorCode.optional(), passkey: shownPasskey.optional() })
  .meta({ id: 'LoginWithFlow' });
export type LoginWithFlow = z.infer<typeof loginWithFlow>;

/** Asks for a mail that proves the address which the provider told. */
export const proveAddress = z.strictObject({ flowToken }).meta({ id: 'ProveAddress' });
export type ProveAddress = z.infer<typeof proveAddress>;

/** The same whether the address has an account or not. */
export const proofSent = z.object({ status: z.literal('proof_sent') }).meta({ id: 'ProofSent' });
export type ProofSent = z.infer<typeof proofSent>;

export const registerWithFlow = z
  .strictObject({
    flowToken,
    /** From the mail. */
    token: z.string().min(1).max(200),
    displayName: displayName.optional(),
  })
  .meta({ id: 'RegisterWithFlow' });
export type RegisterWithFlow = z.infer<typeof registerWithFlow>;

/** Adds a provider's account as a way to sign in to the caller's own. */
export const linkIdentity = z
  .strictObject({ flowToken, password: z.string().min(1).max(1_000) })
  .meta({ id: 'LinkIdentity' });
export type LinkIdentity = z.infer<typeof linkIdentity>;

export const linkedIdentity = z
  .object({ id, providerId: id, provider: z.string(), organizationId: id, createdAt: instant })
  .meta({ id: 'LinkedIdentity' });
export type LinkedIdentity = z.infer<typeof linkedIdentity>;
export const linkedIdentityPage = pageOf(linkedIdentity).meta({ id: 'LinkedIdentityPage' });
