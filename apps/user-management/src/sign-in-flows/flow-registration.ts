import type { RegisterWithFlow } from '@berth/contracts/identity';
import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { registrationErrors } from '../registrations/registrations.errors.js';
import { newToken } from '../sealing/opaque-token.js';
import { UsersService } from '../users/users.service.js';
import { AddressProofs } from './address-proofs.js';
import { IdentityLinker } from './identity-linker.js';

/** From somebody whom a provider proved to a new user, who proves the address as everybody does: by a mail. */
@Injectable()
export class FlowRegistration {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(AddressProofs) private readonly proofs: AddressProofs,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(IdentityLinker) private readonly linker: IdentityLinker,
  ) {}

  /** Makes the user, who has a password once they ask for one. @throws DomainError 422 `proof_invalid`, 409 `email_taken` */
  async register({ flowToken, token, displayName }: RegisterWithFlow): Promise<void> {
    if (this.config.SIGN_UP === 'closed') throw registrationErrors.SignUpClosed('Signing up is closed here.');
    // Nobody knows it. A hash like any other, so that a guess takes as long as for everybody.
    const passwordHash = await this.passwords.hash(newToken());
    await this.database.transaction(async (tx) => {
      const { email, ...identified } = await this.proofs.take(tx, flowToken, token);
      const name = displayName ?? identified.account.displayName?.slice(0, 100) ?? null;
      const id = await this.users.create(tx, { email, displayName: name, passwordHash, administrator: false });
      if (id === undefined) throw registrationErrors.EmailTaken('This address has an account already.');
      await this.linker.link(tx, 'platform', identified, { id, email });
    });
  }
}
