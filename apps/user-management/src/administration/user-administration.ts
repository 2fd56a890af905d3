import { Access, type Caller, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { AdministeredUser, UserSearch } from '@berth/contracts/identity';
import { Database, decodeCursor, toPage, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { AccountClosure } from '../accounts/account-closure.js';
import { SecondFactorChanges } from '../second-factor/second-factor-changes.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { toUser, type UserRecord } from '../users/user.js';
import { UsersRepository } from '../users/users.repository.js';
import { administrationErrors } from './administration.errors.js';

/** What administrators of the platform do with people. */
@Injectable()
export class UserAdministration {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(AccountClosure) private readonly closure: AccountClosure,
    @Inject(SecondFactorChanges) private readonly factors: SecondFactorChanges,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(Access) private readonly access: Access,
  ) {}

  async search(caller: Caller, { search, limit, cursor }: UserSearch): Promise<Page<AdministeredUser>> {
    this.access.requireOnPlatform(caller, 'users:read');
    const rows = await this.users.search(this.database, search, decodeCursor(cursor, 'text'), limit + 1);
    return toPage(rows.map(toAdministered), limit, (user) => user.email);
  }

  /** Whoever is in is out. What the person owns goes on. @throws DomainError 409 `user_suspended_already` */
  async suspend(caller: Caller, id: string, reason: string): Promise<void> {
    await this.act(caller, id, async (tx, user) => {
      if (user.state === 'suspended')
        throw administrationErrors.UserSuspendedAlready('The account is suspended already.');
      const kept = user.eraseAt ? { eraseAt: user.eraseAt } : {};
      await this.closure.close(tx, id, { by: caller, state: 'suspended', reason, ...kept });
    });
  }

  /** @throws DomainError 409 `user_not_suspended` */
  async resume(caller: Caller, id: string, reason: string): Promise<void> {
    await this.act(caller, id, async (tx, user) => {
      if (user.state !== 'suspended') throw administrationErrors.UserNotSuspended('The account is not suspended.');
      await this.closure.reopen(tx, user, { by: caller, reason });
    });
  }

  /** Ends every session of somebody, who may log in again. */
  async signOut(by: Caller, id: string, reason: string): Promise<void> {
    await this.act(by, id, (tx) => this.sessions.signOut(tx, id, by, reason));
  }

  /** For somebody who lost all of them. Their sessions end, because nobody knows who has the lost device. */
  async resetSecondFactor(caller: Caller, id: string, reason: string): Promise<void> {
    await this.act(caller, id, async (tx) => {
      await this.sessions.endAll(tx, id, { by: caller, reason: 'second factor reset' });
      await this.factors.reset(tx, caller, id, reason);
    });
  }

  private async act(caller: Caller, id: string, work: (tx: Tx, user: UserRecord) => Promise<void>): Promise<void> {
    this.access.requireOnPlatform(caller, 'users:update');
    if (id === caller.subjectId) throw administrationErrors.NotYourself('Let another administrator do that to you.');
    await this.database.transaction(async (tx) => {
      const user = await this.users.find(tx, id, 'for update');
      if (!user) throw notFound();
      await work(tx, user);
    });
  }
}

const toAdministered = (user: UserRecord & { readonly secondFactor: boolean }): AdministeredUser => ({
  ...toUser(user),
  state: user.state,
  eraseAt: user.eraseAt?.toISOString() ?? null,
  secondFactor: user.secondFactor,
});
