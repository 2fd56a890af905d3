import type { Sql } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { UserRecord } from '../users/user.js';
import { UsersRepository } from '../users/users.repository.js';
import { LinkedIdentitiesRepository } from './linked-identities.repository.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';
import type { Identified } from './sign-in-flows.service.js';

/** Whom an account at a provider lets in. */
@Injectable()
export class LinkedUsers {
  constructor(
    @Inject(LinkedIdentitiesRepository) private readonly identities: LinkedIdentitiesRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
  ) {}

  /** @throws DomainError 409 `identity_not_linked`, 403 `not_for_administrators` */
  async of(sql: Sql, { provider, account }: Identified): Promise<UserRecord> {
    const userId = await this.identities.userOf(sql, provider.id, account.subject);
    const user = userId === undefined ? undefined : await this.users.find(sql, userId);
    if (!user) throw signInFlowErrors.IdentityNotLinked('Nobody here is linked with this account yet.');
    refuseAdministrator(user);
    return user;
  }
}

/** The owner of an organization decides what its provider says; that must not reach beyond the organization. */
export function refuseAdministrator({ administrator }: Pick<UserRecord, 'administrator'>): void {
  if (!administrator) return;
  throw signInFlowErrors.NotForAdministrators('Administrators of the platform sign in with their password only.');
}
