import { z } from 'zod';
import { id } from '../../common/values.js';
import { secondFactorCode } from './second-factor.js';
import { writtenUsername } from './usernames.js';
import { email } from './values.js';

/** Of forms: what is empty counts as absent (RFC 6749, section 3.2). */
const field = z.string().max(8_000).optional();

/** Fields by which a client says who it is, unless it does so by HTTP Basic (RFC 6749, section 2.3.1). */
const client = { client_id: field, client_secret: field };

/** RFC 6749, sections 4.4.2 and 6; RFC 8628, section 3.4. Unknown fields are ignored, as section 3.2 asks for. */
export const tokenRequest = z
  .object({ grant_type: z.string().max(200), scope: field, refresh_token: field, device_code: field, ...client })
  .meta({ id: 'TokenRequest' });
export type TokenRequest = z.infer<typeof tokenRequest>;

/** RFC 6749, section 5.1. */
export const tokenResponse = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().positive(),
    scope: z.string(),
    refresh_token: z.string().optional(),
  })
  .meta({ id: 'TokenResponse' });
export type TokenResponse = z.infer<typeof tokenResponse>;

/** RFC 6749, section 5.2; `code` and `detail` are those of a problem document. */
export const oauthError = z
  .object({ error: z.string(), error_description: z.string(), code: z.string(), detail: z.string() })
  .meta({ id: 'OAuthError' });
export type OAuthError = z.infer<typeof oauthError>;

/** RFC 7662, section 2.1. */
export const introspectionRequest = z
  .object({ token: z.string().min(1).max(8_000), token_type_hint: field, ...client })
  .meta({ id: 'IntrospectionRequest' });
export type IntrospectionRequest = z.infer<typeof introspectionRequest>;

/** RFC 7662, section 2.2. Of a token that is not good nothing else is told. */
export const introspection = z
  .object({
    active: z.boolean(),
    scope: z.string().optional(),
    token_type: z.string().optional(),
    sub: z.string().optional(),
    exp: z.int().optional(),
    iss: z.string().optional(),
    aud: z.string().optional(),
    client_id: z.string().optional(),
  })
  .meta({ id: 'Introspection' });
export type Introspection = z.infer<typeof introspection>;

/** RFC 7009, section 2.1. Whoever has the token may end it. */
export const revocationRequest = introspectionRequest.meta({ id: 'RevocationRequest' });
export type RevocationRequest = z.infer<typeof revocationRequest>;

/** RFC 8628, section 3.1. */
export const deviceAuthorizationRequest = z
  .object({ client_id: z.string().min(1).max(100) })
  .meta({ id: 'DeviceAuthorizationRequest' });
export type DeviceAuthorizationRequest = z.infer<typeof deviceAuthorizationRequest>;

/** RFC 8628, section 3.2. */
export const deviceAuthorization = z
  .object({
    device_code: z.string(),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string(),
    expires_in: z.int().positive(),
    interval: z.int().positive(),
  })
  .meta({ id: 'DeviceAuthorization' });
export type DeviceAuthorization = z.infer<typeof deviceAuthorization>;

/** What a person says to the code that a device shows. */
export const answerDevice = z
  .strictObject({ userCode: z.string().min(1).max(20), decision: z.enum(['approve', 'deny']) })
  .meta({ id: 'AnswerDevice' });
export type AnswerDevice = z.infer<typeof answerDevice>;

/** RFC 8414, section 2. */
export const authorizationServerMetadata = z
  .object({
    issuer: z.string(),
    token_endpoint: z.string(),
    introspection_endpoint: z.string(),
    revocation_endpoint: z.string(),
    device_authorization_endpoint: z.string(),
    jwks_uri: z.string(),
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    introspection_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
  })
  .meta({ id: 'AuthorizationServerMetadata' });
export type AuthorizationServerMetadata = z.infer<typeof authorizationServerMetadata>;

export const devicePageQuery = z.object({ user_code: z.string().max(20).optional() });
export type DevicePageQuery = z.infer<typeof devicePageQuery>;

/** What a person sends from the page that a device points to. */
export const devicePageForm = z
  .strictObject({
    /** An e-mail address, or a username. */
    email: z.union([email, writtenUsername]),
    password: z.string().min(1).max(1_000),
    code: secondFactorCode.optional(),
    user_code: z.string().min(1).max(20),
    decision: z.enum(['approve', 'deny']),
  })
  .meta({ id: 'DevicePageForm' });
export type DevicePageForm = z.infer<typeof devicePageForm>;

const typedCode = z.string().min(1).max(20);

/** Asks by whose word a person may sign in, to answer a device. */
export const deviceProvidersQuery = z.object({
  user_code: typedCode,
  /** As it is typed: the slug of an organization. */
  organization: z.string().trim().toLowerCase().min(1).max(100),
});
export type DeviceProvidersQuery = z.infer<typeof deviceProvidersQuery>;

export const deviceSignInForm = z.strictObject({ user_code: typedCode, provider: id }).meta({ id: 'DeviceSignInForm' });
export type DeviceSignInForm = z.infer<typeof deviceSignInForm>;

export const devicePasskeyQuery = z.object({ user_code: typedCode });
export type DevicePasskeyQuery = z.infer<typeof devicePasskeyQuery>;

/** What a person says to a device by showing a passkey. */
export const devicePasskeyForm = z
  .strictObject({
    user_code: typedCode,
    /** JSON of a `ShownPasskey`: forms carry texts. A browser that runs no scripts sends none. */
    passkey: z.string().max(20_000).optional(),
    decision: z.enum(['approve', 'deny']),
  })
  .meta({ id: 'DevicePasskeyForm' });
export type DevicePasskeyForm = z.infer<typeof devicePasskeyForm>;

/** What a person says to a device by a second factor, after the page has taken the password. */
export const deviceSecondFactorForm = z
  .strictObject({
    user_code: typedCode,
    /** From the page that took the password: that it was shown for this device, sealed by the platform. */
    proven: z.string().min(1).max(4_000),
    /** As in `DevicePasskeyForm`. */
    passkey: z.string().max(20_000).optional(),
    code: secondFactorCode.optional(),
    decision: z.enum(['approve', 'deny']),
  })
  .meta({ id: 'DeviceSecondFactorForm' });
export type DeviceSecondFactorForm = z.infer<typeof deviceSecondFactorForm>;

/** What a person says to a device after a provider has proven who it is. */
export const deviceConfirmationForm = z
  .strictObject({
    user_code: typedCode,
    /** From the page that showed the code: nobody else can know it, so no other page can answer in the person's place. */
    confirmation: z.string().length(64),
    code: secondFactorCode.optional(),
    decision: z.enum(['approve', 'deny']),
  })
  .meta({ id: 'DeviceConfirmationForm' });
export type DeviceConfirmationForm = z.infer<typeof deviceConfirmationForm>;
