import { permissions } from '@berth/access';
import type { ImpersonationView } from '@berth/contracts/identity';

/** Its id is the session of all tokens that come of it: with it they end. */
export interface ImpersonationRecord {
  readonly id: string;
  readonly userId: string;
  readonly administratorId: string;
  readonly reason: string;
  readonly state: ImpersonationView['state'];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** How long a question waits for an answer. */
export const ASKED_MS = 86_400_000;
/** How long the administrator may look. */
export const CONSENTED_MS = 3_600_000;

/** Whatever an owner may read. Secrets are no reading matter for anybody else. */
export const readScopes: readonly string[] = (permissions.organization.owner ?? []).filter(
  (permission) => permission === 'workloads:logs' || (permission.endsWith(':read') && permission !== 'secrets:read'),
);

export const toView = ({ createdAt, expiresAt, ...rest }: ImpersonationRecord): ImpersonationView => ({
  ...rest,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});
