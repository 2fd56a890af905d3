import type { ServiceName } from '@berth/contracts/events';
import { type BaseConfig, REPLAY_JUDGE } from '@berth/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ACCESS_OPTIONS, ACCESS_SERVICE } from './access-options.js';
import { Access } from './access.js';
import { Audit1763683200302 } from './audit/audit.migration.js';
import { Audit } from './audit/audit.js';
import { AccessGuard } from './guard/access.guard.js';
import { CheckedRoutes } from './guard/checked-routes.js';
import { DeclaredRoutes } from './guard/declared-routes.js';
import { ReplayedAnswers } from './guard/replayed-answers.js';
import { AccessCache } from './read-copy/access-cache.js';
import { Access1763683200301 } from './read-copy/access.migration.js';
import { AccessRules1763750000304 } from './read-copy/access-rules.migration.js';
import { OnAccessHeartbeatHandler } from './read-copy/on-access-heartbeat.handler.js';
import { OnMembershipChangedHandler } from './read-copy/on-membership-changed.handler.js';
import { OnMembershipGrantedHandler } from './read-copy/on-membership-granted.handler.js';
import { OnMembershipRevokedHandler } from './read-copy/on-membership-revoked.handler.js';
import { OnOrganizationCreatedHandler } from './read-copy/on-organization-created.handler.js';
import { OnOrganizationQuotaChangedHandler } from './read-copy/on-organization-quota-changed.handler.js';
import { OnOrganizationSnapshotHandler } from './read-copy/on-organization-snapshot.handler.js';
import { OnOrganizationSuspendedHandler } from './read-copy/on-organization-suspended.handler.js';
import { OnOrganizationResumedHandler } from './read-copy/on-organization-resumed.handler.js';
import { OnOrganizationDeletedHandler } from './read-copy/on-organization-deleted.handler.js';
import { OnOrganizationSecurityChangedHandler } from './read-copy/on-organization-security-changed.handler.js';
import { OnRoleDefinedHandler } from './read-copy/on-role-defined.handler.js';
import { OnRoleChangedHandler } from './read-copy/on-role-changed.handler.js';
import { OnRoleDeletedHandler } from './read-copy/on-role-deleted.handler.js';
import { OnGroupChangedHandler } from './read-copy/on-group-changed.handler.js';
import { OnGroupDeletedHandler } from './read-copy/on-group-deleted.handler.js';
import { OnSessionRevokedHandler } from './read-copy/on-session-revoked.handler.js';
import { OnSigningKeyRotatedHandler } from './read-copy/on-signing-key-rotated.handler.js';
import { OrganizationEvents } from './read-copy/organization-events.js';
import { OrganizationRulesRepository } from './read-copy/organization-rules.repository.js';
import { OrganizationsRepository } from './read-copy/organizations.repository.js';
import { PlatformRepository } from './read-copy/platform.repository.js';

export interface AccessModuleOptions {
  readonly config: BaseConfig;
  readonly service: ServiceName;
}

/** For the service's explicit arrays. The tables are read with SQL: there are no entities. */
export const accessMigrations = [Access1763683200301, Audit1763683200302, AccessRules1763750000304] as const;
export const accessEntities = [] as const;

const handlers = [
  OnOrganizationSuspendedHandler,
  OnOrganizationResumedHandler,
  OnOrganizationDeletedHandler,
  OnOrganizationSecurityChangedHandler,
  OnRoleDefinedHandler,
  OnRoleChangedHandler,
  OnRoleDeletedHandler,
  OnGroupChangedHandler,
  OnGroupDeletedHandler,
  OnAccessHeartbeatHandler,
  OnMembershipChangedHandler,
  OnMembershipGrantedHandler,
  OnMembershipRevokedHandler,
  OnOrganizationCreatedHandler,
  OnOrganizationQuotaChangedHandler,
  OnOrganizationSnapshotHandler,
  OnSessionRevokedHandler,
  OnSigningKeyRotatedHandler,
];

/**
 * Global: guards every route, keeps the read copy current, provides `Access` and `Audit`.
 * Needs the global ServiceKitModule and EventingModule.
 */
@Module({})
export class AccessModule {
  static forRoot({ config, service }: AccessModuleOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      controllers: handlers,
      providers: [
        Access,
        AccessCache,
        Audit,
        CheckedRoutes,
        DeclaredRoutes,
        OrganizationEvents,
        OrganizationRulesRepository,
        OrganizationsRepository,
        PlatformRepository,
        { provide: ACCESS_OPTIONS, useValue: config },
        { provide: ACCESS_SERVICE, useValue: service },
        { provide: REPLAY_JUDGE, useClass: ReplayedAnswers },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [Access, Audit, REPLAY_JUDGE],
    };
  }
}
