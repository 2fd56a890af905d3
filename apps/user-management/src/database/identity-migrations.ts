import { Accounts1763750000003 } from './migrations/accounts.migration.js';
import { AuditAddresses1763810000001 } from './migrations/audit-addresses.migration.js';
import { AuditHeads1763760000002 } from './migrations/audit-heads.migration.js';
import { Administration1763750000005 } from './migrations/administration.migration.js';
import { ApiTokens1763740000004 } from './migrations/api-tokens.migration.js';
import { CreateUserManagement1763690000001 } from './migrations/create-user-management.migration.js';
import { IdentityProviders1763750000001 } from './migrations/identity-providers.migration.js';
import { ImpersonationSessions1763820000001 } from './migrations/impersonation-sessions.migration.js';
import { Impersonations1763770000001 } from './migrations/impersonations.migration.js';
import { InitialPasswords1763830000001 } from './migrations/initial-passwords.migration.js';
import { Invitations1763740000003 } from './migrations/invitations.migration.js';
import { OrganizationRules1763750000004 } from './migrations/organization-rules.migration.js';
import { OrganizationTokens1763780000001 } from './migrations/organization-tokens.migration.js';
import { Passkeys1763750000002 } from './migrations/passkeys.migration.js';
import { PlatformAudit1763780000002 } from './migrations/platform-audit.migration.js';
import { Recovery1763740000001 } from './migrations/recovery.migration.js';
import { SecondFactor1763740000005 } from './migrations/second-factor.migration.js';
import { ServiceAccounts1763760000001 } from './migrations/service-accounts.migration.js';
import { SessionAddresses1763790000001 } from './migrations/session-addresses.migration.js';
import { Throttle1763740000002 } from './migrations/throttle.migration.js';
import { Usernames1763800000001 } from './migrations/usernames.migration.js';

/** In the order in which they run. */
export const identityMigrations = [
  CreateUserManagement1763690000001,
  Recovery1763740000001,
  Throttle1763740000002,
  Invitations1763740000003,
  ApiTokens1763740000004,
  SecondFactor1763740000005,
  IdentityProviders1763750000001,
  Passkeys1763750000002,
  Accounts1763750000003,
  OrganizationRules1763750000004,
  Administration1763750000005,
  ServiceAccounts1763760000001,
  AuditHeads1763760000002,
  Impersonations1763770000001,
  OrganizationTokens1763780000001,
  PlatformAudit1763780000002,
  SessionAddresses1763790000001,
  Usernames1763800000001,
  AuditAddresses1763810000001,
  ImpersonationSessions1763820000001,
  InitialPasswords1763830000001,
] as const;
