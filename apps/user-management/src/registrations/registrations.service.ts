import type { Register } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordsService } from '../passwords/passwords.service.js';
import { Usernames } from '../users/usernames.js';
import { RegistrationLetters } from './registration-letters.js';
import { type RegistrationRecord, RegistrationsRepository } from './registrations.repository.js';
import { SignUpPolicy } from './sign-up-policy.js';

/** From somebody who wants an account to a letter. */
@Injectable()
export class RegistrationsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SignUpPolicy) private readonly policy: SignUpPolicy,
    @Inject(RegistrationsRepository) private readonly registrations: RegistrationsRepository,
    @Inject(RegistrationLetters) private readonly letters: RegistrationLetters,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(Usernames) private readonly usernames: Usernames,
  ) {}

  /**
   * The same work and the same answer, whether the address has an account or not: only its mail tells.
   * @param from network address of whoever registers
   * @throws DomainError 409 `username_taken`, whosever address it is
   */
  async register({ email, password, ...chosen }: Register, from: string): Promise<void> {
    const { displayName = null, username = null } = chosen;
    await this.policy.admit(this.database, email);
    if (username !== null) await this.usernames.requireFree(this.database, username, { userId: null, address: from });
    await this.letters.admit(email);
    await this.passwords.refuseKnown(password);
    this.passwords.refuseContext(password, [email, displayName ?? '', username ?? '']);
    const passwordHash = await this.passwords.hash(password);
    await this.database.transaction((tx) => this.start(tx, { email, displayName, username, passwordHash }));
  }

  private async start(tx: Tx, registration: RegistrationRecord): Promise<void> {
    const token = await this.registrations.insert(tx, registration);
    await this.letters.post(tx, registration.email, token);
  }
}
