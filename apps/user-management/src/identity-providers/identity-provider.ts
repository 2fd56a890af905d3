import type { IdentityProviderView, ProviderEndpoints, RoleRule } from '@berth/contracts/identity';

/** Who an organization trusts to say who somebody is. */
export interface IdentityProviderRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly endpoints: ProviderEndpoints;
  readonly clientId: string;
  readonly settings: ProviderSettings;
  readonly generation: number;
  readonly createdAt: Date;
}

export interface ProviderSettings {
  readonly scopes: string[];
  readonly emailClaim: string;
  readonly roles: RoleRule[];
  readonly defaultRole: RoleRule['role'] | null;
}

export const toView = ({ settings, createdAt, ...rest }: IdentityProviderRecord): IdentityProviderView => ({
  ...rest,
  ...settings,
  createdAt: createdAt.toISOString(),
});
