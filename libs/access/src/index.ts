export { accessErrors, notFound } from './access.errors.js';
export { accessEntities, accessMigrations, AccessModule, type AccessModuleOptions } from './access.module.js';
export { Access } from './access.js';
export { auditChain } from './audit/audit-entries.repository.js';
export { Audit, type AuditRecord } from './audit/audit.js';
export { isAddressOf } from './audit/request.js';
export { type Change, changedFrom, concealed } from './audit/changed-from.js';
export { type AuditContent, type ChainBreak, type ChainHead, ChainWalk, linkHash, verifyChain } from './audit/chain.js';
export { type AccessVersion, BERTH_ACCESS, formatBerthAccess, parseBerthAccess } from './berth-access.js';
export { type Caller, CurrentCaller } from './caller.js';
export { EventAdministrationModule } from './event-administration/event-administration.module.js';
export { EpochsModule } from './event-administration/epochs.module.js';
export { AccessGuard } from './guard/access.guard.js';
export { Authenticated, Public, Requires } from './guard/route-access.js';
export {
  can,
  type Grant,
  mayKnow,
  type Places,
  scopesAllow,
  type SubjectAccess,
  type Target,
} from './permissions/can.js';
export { type TokenRules, type VerificationKey, verifyToken } from './token/verify-token.js';
export {
  administratorPermissions,
  type Permission,
  permissions,
  retiredPermissions,
} from './permissions/permissions.js';
