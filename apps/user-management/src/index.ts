import { accessEntities, accessMigrations } from '@berth/access';
import { connectEvents, eventingEntities, eventingMigrations } from '@berth/eventing';
import { reconcileEntities, reconcileMigrations } from '@berth/reconcile';
import type { ServiceDefinition } from '@berth/service-kit';
import { AppModule } from './app.module.js';
import { type Config, config } from './config.js';
import { identityMigrations } from './database/identity-migrations.js';
import { RowSecurity1763830000001 } from './database/migrations/row-security.migration.js';
import { RowSecurityOfParts1763840000001 } from './database/migrations/row-security-of-parts.migration.js';
import { acceptForms } from './oauth/form-bodies.js';

/** Users, sessions, tokens, signing keys, organizations, memberships, quotas and the collected audit trail. */
export const userManagement: ServiceDefinition<Config> = {
  name: 'user-management',
  config,
  entities: [...eventingEntities, ...reconcileEntities, ...accessEntities],
  migrations: [
    ...eventingMigrations,
    ...reconcileMigrations,
    ...accessMigrations,
    ...identityMigrations,
    // Of tables of all of them.
    RowSecurity1763830000001,
    RowSecurityOfParts1763840000001,
  ],
  module: (parsed) => AppModule.with(parsed),
  connect: (app) => {
    acceptForms(app);
    connectEvents(app);
  },
};

export { type Mail, type Mailer, MAILER } from './mail/mailer.js';
