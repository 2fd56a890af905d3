import type { Register } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Letter } from '../mail/letter.js';
import { MailService } from '../mail/mail.service.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { UsersService } from '../users/users.service.js';
import { alreadyRegisteredMail, invitationNeededMail, verificationMail } from './registration-mails.js';
import { registrationErrors } from './registrations.errors.js';
import { SignUpPolicy } from './sign-up-policy.js';
import { type RegistrationRecord, RegistrationsRepository } from './registrations.repository.js';

/** From an address to a user who has proven it. */
@Injectable()
export class RegistrationsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SignUpPolicy) private readonly policy: SignUpPolicy,
    @Inject(RegistrationsRepository) private readonly registrations: RegistrationsRepository,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(MailService) private readonly mail: MailService,
  ) {}

  /** The same work and the same answer, whether the address has an account or not: only its mail tells. */
  async register({ email, password, displayName }: Register): Promise<void> {
    await this.policy.admit(this.database, email);
    await this.mail.admit(email);
    await this.passwords.refuseCommon(password);
    this.passwords.refuseContext(password, [email, displayName ?? '']);
    const passwordHash = await this.passwords.hash(password);
    await this.database.transaction((tx) => this.start(tx, { email, displayName: displayName ?? null, passwordHash }));
  }

  /** Makes the user. @throws DomainError 422 `verification_invalid`, 409 `email_taken` */
  async verify(token: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const registration = await this.registrations.take(tx, token);
      if (!registration) throw registrationErrors.VerificationInvalid('The code is not valid, was used or has ended.');
      if (await this.users.create(tx, { ...registration, administrator: false })) return;
      throw registrationErrors.EmailTaken('This address has an account already.');
    });
  }

  private async start(tx: Tx, registration: RegistrationRecord): Promise<void> {
    const token = await this.registrations.insert(tx, registration);
    await this.mail.post(tx, await this.letterFor(tx, registration.email, token));
  }

  private async letterFor(tx: Tx, email: string, token: string): Promise<Letter> {
    const isKnown = await this.users.isKnown(tx, email);
    const isWelcome = await this.policy.welcomes(tx, email);
    if (isKnown) return alreadyRegisteredMail(email);
    return isWelcome ? verificationMail(email, token) : invitationNeededMail(email);
  }
}
