import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Letter } from '../mail/letter.js';
import { MailService } from '../mail/mail.service.js';
import { UsersService } from '../users/users.service.js';
import { alreadyRegisteredMail, invitationNeededMail, verificationMail } from './registration-mails.js';
import { SignUpPolicy } from './sign-up-policy.js';

/** Tells whoever reads an address, and nobody else, what came of its registration. */
@Injectable()
export class RegistrationLetters {
  constructor(
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(SignUpPolicy) private readonly policy: SignUpPolicy,
    @Inject(MailService) private readonly mail: MailService,
  ) {}

  /** @throws DomainError 429 `too_many_attempts` */
  admit(email: string): Promise<void> {
    return this.mail.admit(email);
  }

  async post(tx: Tx, email: string, token: string): Promise<void> {
    await this.mail.post(tx, await this.letterFor(tx, email, token));
  }

  private async letterFor(tx: Tx, email: string, token: string): Promise<Letter> {
    const isKnown = await this.users.isKnown(tx, email);
    const isWelcome = await this.policy.welcomes(tx, email);
    if (isKnown) return alreadyRegisteredMail(email);
    return isWelcome ? verificationMail(email, token) : invitationNeededMail(email);
  }
}
