import { type Permission, scopesAllow } from '@berth/access';
import type { Scope } from '@berth/contracts/events';
import type { OrganizationTokenView } from '@berth/contracts/identity';
import { type ApiTokenRecord, toApiTokenView } from '../api-tokens/api-token.js';

/** What an organization gives to a machine: a role of its own, within the token's scopes. */
export interface OrganizationTokenRecord extends Omit<ApiTokenRecord, 'userId'> {
  readonly organizationId: string;
  readonly role: OrganizationTokenView['role'];
  readonly scope: Scope;
  readonly createdBy: string;
}

/** What a role gives to a token that has these scopes. */
export const within = (scopes: readonly string[], permissions: readonly Permission[]): Permission[] =>
  permissions.filter((permission) => scopesAllow(scopes, permission));

export const toOrganizationTokenView = (record: OrganizationTokenRecord): OrganizationTokenView => {
  const { organizationId, role, scope, createdBy } = record;
  return { ...toApiTokenView({ ...record, userId: createdBy }), organizationId, role, scope, createdBy };
};
