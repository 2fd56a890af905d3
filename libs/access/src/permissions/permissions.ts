import type { Role, Scope } from '@berth/contracts/events';

const readsOfEnvironment = [
  /** Of the project that holds it: what that is called. */
  'projects:read',
  'environments:read',
  /** Of those that have workloads in it. */
  'apps:read',
  'workloads:read',
  'workloads:logs',
  'releases:read',
  'volumes:read',
  'deployments:read',
  'tasks:read',
  'schedules:read',
  'config:read',
  'links:read',
  'domains:read',
  'builds:read',
  'usage:read',
  'costs:read',
  'budgets:read',
] as const;

const writesOfEnvironment = [
  'workloads:create',
  'workloads:update',
  'workloads:scale',
  'workloads:restart',
  'workloads:exec',
  'workloads:protect',
  'volumes:create',
  'volumes:update',
  'deployments:create',
  'deployments:cancel',
  'tasks:create',
  'tasks:cancel',
  'schedules:update',
  'config:update',
  'links:update',
  'secrets:read',
  'secrets:update',
  'domains:create',
  'domains:delete',
  'uploads:create',
] as const;

const administrationOfEnvironment = [
  'environments:update',
  'environments:move',
  'environments:delete',
  'workloads:move',
  'workloads:patch',
  'workloads:delete',
  'volumes:delete',
] as const;

const writesOfProject = ['apps:create', 'apps:update'] as const;
const administrationOfProject = ['projects:delete', 'environments:create', 'apps:delete'] as const;

const readsOfOrganization = [
  'organizations:read',
  'memberships:read',
  'quotas:read',
  'invoices:read',
  'credits:read',
  'service-accounts:read',
  'organization-tokens:read',
  'pull-credentials:read',
  'dns-zones:read',
] as const;
const administrationOfOrganization = [
  'organizations:update',
  'webhooks:update',
  'memberships:create',
  'memberships:update',
  'memberships:delete',
  'projects:create',
  'audit:read',
  'identity-providers:read',
  'roles:read',
  'roles:update',
  'groups:read',
  'groups:update',
  'service-accounts:create',
  'service-accounts:update',
  'service-accounts:delete',
  'organization-tokens:create',
  'organization-tokens:delete',
  'pull-credentials:create',
  'pull-credentials:delete',
  'dns-zones:create',
  'dns-zones:update',
  'dns-zones:delete',
] as const;
/** What costs or saves the organization money. */
const spending = ['budgets:update', 'credits:redeem', 'payments:create'] as const;
/** To make somebody an owner, or to take that away; and to say whose word for it counts. */
const ownership = ['organizations:delete', 'memberships:own', 'identity-providers:update'] as const;

const operations = [
  'quotas:update',
  'organizations:suspend',
  'users:read',
  'users:update',
  'users:impersonate',
  'sign-up:read',
  'sign-up:update',
  'signing-keys:read',
  'signing-keys:rotate',
  'snapshots:create',
  'dead-letters:update',
  'clusters:read',
  'clusters:update',
  /** To take somebody's word that a host is theirs. */
  'domains:vouch',
  'price-books:update',
  'billing-accounts:update',
  'invoices:update',
  'credits:update',
  'tax-rules:update',
  'agreements:update',
] as const;

const environment = {
  viewer: readsOfEnvironment,
  developer: [...readsOfEnvironment, ...writesOfEnvironment],
  admin: [...readsOfEnvironment, ...writesOfEnvironment, ...administrationOfEnvironment],
} as const;

const project = {
  viewer: environment.viewer,
  developer: [...environment.developer, ...writesOfProject],
  admin: [...environment.admin, ...writesOfProject, ...administrationOfProject],
} as const;

const organizationAdmin = [
  ...project.admin,
  ...readsOfOrganization,
  ...administrationOfOrganization,
  ...spending,
] as const;

/** Everything that can be asked for: `<segment>:<verb>`. */
export type Permission = (typeof organizationAdmin)[number] | (typeof ownership)[number] | (typeof operations)[number];

/**
 * Names that once were permissions and that no route asked for (ADR 0140). Roles that organizations defined may hold them, so
 * they are taken wherever a role is defined or given, and allow nothing.
 */
export const retiredPermissions: readonly string[] = [
  'artifacts:read',
  'builds:cancel',
  'builds:create',
  'events:read',
  'projects:update',
  'routes:read',
  'routes:update',
];

/** What each built-in role may do, by the kind of scope that it was given on. A role holds for everything below its scope. */
export const permissions: Record<Scope['kind'], Partial<Record<Role, readonly Permission[]>>> = {
  environment,
  project,
  organization: {
    viewer: [...project.viewer, ...readsOfOrganization],
    developer: [...project.developer, ...readsOfOrganization],
    admin: organizationAdmin,
    owner: [...organizationAdmin, ...ownership],
    billing: [...readsOfOrganization, ...spending, 'projects:read', 'usage:read', 'costs:read', 'budgets:read'],
  },
};

/** What a platform administrator may do in every organization: look, except at secrets, and operate. */
export const administratorPermissions: readonly Permission[] = [
  ...project.viewer,
  ...readsOfOrganization,
  'audit:read',
  ...operations,
];
