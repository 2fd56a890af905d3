import { Audit, type Caller } from '@berth/access';
import type { UpdateMe } from '@berth/contracts/identity';
import { Database, requireMatch, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { StepUp } from '../step-up/step-up.js';
import type { UserRecord } from './user.js';
import { usernameChangedMail } from './user-mails.js';
import { Usernames } from './usernames.js';
import { UsersRepository } from './users.repository.js';
import { found } from './users.service.js';

/** What people say of themselves. */
@Injectable()
export class Profile {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(Usernames) private readonly usernames: Usernames,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(StepUp) private readonly stepUp: StepUp,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async of({ subjectId }: Caller): Promise<UserRecord> {
    return found(await this.users.find(this.database, subjectId));
  }

  /**
   * Another username is another name to log in with: as for another address, the person was proven a short while ago.
   * @param address from where: asking for names that are taken is slowed down
   * @throws DomainError 428 without If-Match, 412 when it is stale; for another username 403 `step_up_required`,
   * 409 `username_taken` or `username_changes_spent`
   */
  async update(caller: Caller, ifMatch: string | undefined, patch: UpdateMe, address: string): Promise<UserRecord> {
    const { username } = patch;
    if (username !== undefined && username !== (await this.of(caller)).username) {
      await this.stepUp.require(caller);
      await this.usernames.requireFree(this.database, username, { userId: caller.subjectId, address });
    }
    return this.database.transaction((tx) => this.change(tx, caller, ifMatch, patch));
  }

  private async change(tx: Tx, caller: Caller, ifMatch: string | undefined, patch: UpdateMe): Promise<UserRecord> {
    const user = found(await this.users.find(tx, caller.subjectId, 'for update'));
    requireMatch(ifMatch, user.generation);
    const { displayName = user.displayName, username = user.username } = patch;
    if (displayName === user.displayName && username === user.username) return user;
    if (username !== user.username) {
      // The user's row is held by now: what the look before found may have changed.
      await this.stepUp.require(caller, tx);
      await this.usernames.change(tx, user.id, username);
      await this.mail.post(tx, usernameChangedMail(user.email));
    }
    const changed = found(await this.users.rename(tx, user.id, displayName));
    const target = { kind: 'user', id: user.id };
    // What was changed, never the names: entries outlive the person.
    const detail = {
      changed: Object.keys(patch).filter((key) => user[key as keyof UpdateMe] !== changed[key as keyof UpdateMe]),
    };
    await this.audit.record(tx, { by: caller, action: 'users:update', target, organizationId: null, detail });
    return changed;
  }
}
