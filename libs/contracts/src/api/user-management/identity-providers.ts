import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug, storable } from '../../common/values.js';
import { role } from '../../events/shapes.js';
import { displayName } from './values.js';

const url = z.url({ protocol: /^https?$/ }).max(2_000);
const text = z.string().trim().min(1).max(500).refine(storable, { error: 'holds characters that cannot be stored' });
/** Nobody becomes an owner because somebody else's server says so. */
const mappedRole = role.exclude(['owner']);

/** What a plug-in is told by an organization, besides the client secret. Readable to whoever may read the provider. */
const plugInSettings = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/), text)
  .refine((settings) => Object.keys(settings).length <= 50, { error: 'has more than 50 entries' });

/**
 * OpenID Connect by its discovery document, OAuth 2.0 as GitHub speaks it (no id token, the person is asked for at a URL),
 * or what a plug-in of the platform speaks.
 */
export const providerEndpoints = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('oidc'), issuer: url }),
  z.strictObject({
    kind: z.literal('oauth2'),
    authorizationUrl: url,
    tokenUrl: url,
    userUrl: url,
    /** Field of the user URL's answer that never changes for a person. */
    subjectField: text.default('id'),
  }),
  z.strictObject({
    kind: z.literal('plugin'),
    /** As the platform's operator named it. */
    plugin: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
    settings: plugInSettings.default({}),
  }),
]);
export type ProviderEndpoints = z.infer<typeof providerEndpoints>;

/** Whoever has the value in the claim, which may be a list, gets the role on the organization. The first that fits counts. */
export const roleRule = z.strictObject({ claim: text, value: text, role: mappedRole });
export type RoleRule = z.infer<typeof roleRule>;

const settings = {
  displayName,
  clientId: text,
  clientSecret: z.string().min(1).max(1_000).refine(storable, { error: 'holds characters that cannot be stored' }),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)).max(20),
  emailClaim: text,
  roles: z.array(roleRule).max(100),
  /** Of those whom no rule fits; null: they get none. */
  defaultRole: mappedRole.nullable(),
};

export const createIdentityProvider = z
  .strictObject({
    organizationId: id,
    endpoints: providerEndpoints,
    ...settings,
    scopes: settings.scopes.default(['openid', 'email', 'profile']),
    emailClaim: settings.emailClaim.default('email'),
    roles: settings.roles.default([]),
    defaultRole: settings.defaultRole.default(null),
  })
  .meta({ id: 'CreateIdentityProvider' });
export type CreateIdentityProvider = z.infer<typeof createIdentityProvider>;

/** JSON merge patch (RFC 7396). Endpoints never change: the same subject at another place is another person. */
export const updateIdentityProvider = z
  .strictObject({
    displayName: settings.displayName.optional(),
    clientId: settings.clientId.optional(),
    clientSecret: settings.clientSecret.optional(),
    scopes: settings.scopes.optional(),
    emailClaim: settings.emailClaim.optional(),
    roles: settings.roles.optional(),
    defaultRole: settings.defaultRole.optional(),
  })
  .meta({ id: 'UpdateIdentityProvider' });
export type UpdateIdentityProvider = z.infer<typeof updateIdentityProvider>;

/** The client secret is never shown. */
export const identityProvider = z
  .object({
    id,
    organizationId: id,
    endpoints: providerEndpoints,
    displayName: z.string(),
    clientId: z.string(),
    scopes: z.array(z.string()),
    emailClaim: z.string(),
    roles: z.array(roleRule),
    defaultRole: mappedRole.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'IdentityProvider' });
export type IdentityProviderView = z.infer<typeof identityProvider>;

export const identityProviderQuery = pageQuery.extend({ organization: id });
export type IdentityProviderQuery = z.infer<typeof identityProviderQuery>;
export const identityProviderPage = pageOf(identityProvider).meta({ id: 'IdentityProviderPage' });

/** What a sign-in page shows of an organization's providers. */
export const signInProviders = z
  .object({ items: z.array(z.object({ id, displayName: z.string() })) })
  .meta({ id: 'SignInProviders' });
export type SignInProviders = z.infer<typeof signInProviders>;
export const signInProviderQuery = z.object({ organization: slug });
export type SignInProviderQuery = z.infer<typeof signInProviderQuery>;
