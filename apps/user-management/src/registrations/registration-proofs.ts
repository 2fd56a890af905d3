import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { UsersService } from '../users/users.service.js';
import { registrationErrors } from './registrations.errors.js';
import { RegistrationsRepository } from './registrations.repository.js';

/** Makes users of those who prove the address that they registered. */
@Injectable()
export class RegistrationProofs {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RegistrationsRepository) private readonly registrations: RegistrationsRepository,
    @Inject(UsersService) private readonly users: UsersService,
  ) {}

  /** @throws DomainError 422 `verification_invalid`, 409 `email_taken` */
  async verify(token: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const registration = await this.registrations.take(tx, token);
      if (!registration) throw registrationErrors.VerificationInvalid('The code is not valid, was used or has ended.');
      if (await this.users.create(tx, { ...registration, administrator: false })) return;
      throw registrationErrors.EmailTaken('This address has an account already.');
    });
  }
}
