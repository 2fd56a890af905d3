import { baseConfig, encryptionKeys } from '@berth/service-kit';
import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  );

/** `unix:/path/to/socket` or `http://host:port`, separated by commas. */
const addresses = list.pipe(
  z.array(z.string().regex(/^(unix:\/|https?:\/\/)/, { error: 'must be unix:/path or an http(s) URL' })),
);

const plugInFile = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}=\/./, { error: 'must be name=/path/of/module.mjs' })
  .transform((text) => {
    const at = text.indexOf('=');
    return { name: text.slice(0, at), path: text.slice(at + 1) };
  });

const namedOnce = (files: readonly { readonly name: string }[]): boolean =>
  new Set(files.map(({ name }) => name)).size === files.length;

export const config = baseConfig
  .extend({
    /** Seals signing keys and unsent mail in the database: keys separated by commas, the first one seals. */
    KEY_ENCRYPTION_KEY: encryptionKeys,
    /**
     * Who may make an account, until an administrator says otherwise. invitation: whoever was invited to an organization.
     * closed: nobody; the first user comes from BOOTSTRAP_ADMIN_*.
     */
    SIGN_UP: z.enum(['open', 'invitation', 'closed']).default('closed'),
    /** Domains of addresses that may; none: all of them. Separated by commas. */
    SIGN_UP_DOMAINS: list.pipe(z.array(z.string().toLowerCase())),
    /** So long after an owner asked for it an organization is deleted. */
    ORGANIZATION_GRACE_DAYS: z.coerce.number().positive().max(365).default(14),
    /** So long after its owner asked for it an account is erased. */
    ACCOUNT_GRACE_DAYS: z.coerce.number().positive().max(365).default(14),
    /** So long it is kept from which network address an act was asked for. The act itself is kept for ever. */
    AUDIT_ADDRESS_DAYS: z.coerce.number().positive().max(3_650).default(90),
    BOOTSTRAP_ADMIN_EMAIL: z.email().optional(),
    BOOTSTRAP_ADMIN_PASSWORD: z.string().min(8).max(256).optional(),
    /** So long its password is good unless it was changed: whoever configured it knows it, too. */
    INITIAL_PASSWORD_DAYS: z.coerce.number().positive().max(30).default(7),
    ACCESS_TOKEN_SECONDS: z.coerce.number().int().min(5).max(3_600).default(600),
    /** After so long the key that signs tokens is replaced; it verifies until its last token has ended. */
    SIGNING_KEY_DAYS: z.coerce.number().positive().max(3_650).default(30),
    REFRESH_TOKEN_DAYS: z.coerce.number().positive().max(365).default(30),
    /** A session that was not refreshed for so long has ended. */
    SESSION_IDLE_DAYS: z.coerce.number().positive().max(365).default(7),
    /** log2 of bcrypt's rounds. Below 12 only tests are right. */
    PASSWORD_COST: z.coerce.number().int().min(4).max(16).default(12),
    /** So many wrong attempts are free, for one account and from one address; then each doubles the wait until the next.
     *  Of logins each of the two names of an account has half. */
    ATTEMPTS_PER_ACCOUNT: z.coerce.number().int().min(1).default(10),
    ATTEMPTS_PER_ADDRESS: z.coerce.number().int().min(1).default(100),
    MAIL_FROM: z.string().default('Berth <berth@localhost>'),
    /** Mail is written there as .eml files, unless SMTP_URL is set. */
    MAIL_FOLDER: z.string().optional(),
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    /** Where people and clients reach the platform, without trailing slash. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:8080'),
    /** Where browsers come back to from an identity provider, each exactly so: pages of the console. Separated by commas. */
    SIGN_IN_REDIRECTS: list.pipe(z.array(z.url({ protocol: /^https?$/ }))),
    /** Identity providers in the own network and without TLS are asked, too. */
    PRIVATE_IDENTITY_PROVIDERS: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
    /** Further kinds of identity providers: `name=/path/of/module.mjs`, separated by commas. See docs/sign-in-plug-ins.md. */
    IDENTITY_PROVIDER_PLUGINS: list.pipe(z.array(plugInFile)).refine(namedOnce, { error: 'names a plug-in twice' }),
    /** Domain that passkeys belong to, and the pages that may ask for them: they hold there and nowhere else. */
    PASSKEY_DOMAIN: z.string().min(1).default('localhost'),
    PASSKEY_ORIGINS: list.pipe(z.array(z.url({ protocol: /^https?$/ }))),
    /** Database of where addresses are, in MaxMind's DB format and the layout of GeoIP2: read again when it is replaced. */
    PLACES_FILE: z.string().min(1).optional(),
    /** SHA-1 hashes of passwords that leaks have, in their order, as the downloader of Pwned Passwords writes them. */
    BREACHED_PASSWORDS_FILE: z.string().min(1).optional(),
    /** The gateway's configuration without keys, and where gateways take it with keys. */
    KONG_FILE: z.string().optional(),
    GATEWAY_CONTROL: addresses,
    /** PEM file of the authority that signed the gateways' certificates. */
    GATEWAY_CA_FILE: z.string().optional(),
  })
  .refine((value) => value.SMTP_URL !== undefined || value.MAIL_FOLDER !== undefined, {
    path: ['MAIL_FOLDER'],
    error: 'set MAIL_FOLDER or SMTP_URL',
  })
  .refine((value) => value.GATEWAY_CONTROL.length === 0 || value.KONG_FILE !== undefined, {
    path: ['KONG_FILE'],
    error: 'is needed with GATEWAY_CONTROL',
  })
  .refine((value) => (value.BOOTSTRAP_ADMIN_EMAIL === undefined) === (value.BOOTSTRAP_ADMIN_PASSWORD === undefined), {
    path: ['BOOTSTRAP_ADMIN_PASSWORD'],
    error: 'set both BOOTSTRAP_ADMIN_EMAIL and BOOTSTRAP_ADMIN_PASSWORD, or neither',
  });
export type Config = z.infer<typeof config>;
