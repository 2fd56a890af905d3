import type { Caller } from '@berth/access';
import type { ChangePassword } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { passwordErrors } from '../passwords/passwords.errors.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { Throttle } from '../throttle/throttle.js';
import { UsersRepository } from '../users/users.repository.js';
import { PasswordSetter } from './password-setter.js';

/** For those who know their password and want another one. */
@Injectable()
export class PasswordChangesService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(PasswordSetter) private readonly setter: PasswordSetter,
  ) {}

  /** Ends every session but the one that asks. @throws DomainError 422 `current_password_wrong`, `password_unchanged` */
  async change(caller: Caller, { currentPassword, password }: ChangePassword, address: string): Promise<void> {
    const attempt = { what: 'password', account: caller.subjectId, address };
    await this.throttle.admit(attempt);
    const current = await this.users.passwordHashOf(this.database, caller.subjectId);
    if (!(await this.passwords.matches(currentPassword, current)))
      throw passwordErrors.CurrentPasswordWrong('is not your password', { pointer: '/currentPassword' });
    await this.throttle.succeeded(attempt);
    await this.passwords.refuseInitialOf(this.database, caller.subjectId, password);
    await this.passwords.refuseKnown(password);
    await this.passwords.refuseContextOf(this.database, caller.subjectId, password);
    const passwordHash = await this.passwords.hash(password);
    const change = { by: caller, reason: 'password changed', except: caller.sessionId };
    await this.database.transaction(async (tx) => {
      // Somebody else may have set another one while the hashes were made: then what was proven is not true any more.
      if ((await this.users.passwordHashOf(tx, caller.subjectId, 'for update')) !== current)
        throw passwordErrors.CurrentPasswordWrong('is not your password any more', { pointer: '/currentPassword' });
      await this.setter.set(tx, caller.subjectId, passwordHash, change);
    });
  }
}
