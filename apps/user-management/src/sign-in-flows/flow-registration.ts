import type { RegisterWithFlow } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordsService } from '../passwords/passwords.service.js';
import { registrationErrors } from '../registrations/registrations.errors.js';
import { SignUpPolicy } from '../registrations/sign-up-policy.js';
import { newToken } from '../sealing/opaque-token.js';
import { UsersService } from '../users/users.service.js';
import { AddressProofs } from './address-proofs.js';
import { IdentityLinker } from './identity-linker.js';
import { roleOfClaims } from './role-of-claims.js';
import type { Identified } from './sign-in-flows.service.js';

/** From somebody whom a provider proved to a new user, who proves the address as everybody does: by a mail. */
@Injectable()
export class FlowRegistration {
  constructor(
    @Inject(SignUpPolicy) private readonly policy: SignUpPolicy,
    @Inject(Database) private readonly database: Database,
    @Inject(AddressProofs) private readonly proofs: AddressProofs,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(IdentityLinker) private readonly linker: IdentityLinker,
  ) {}

  /** Makes the user, who has a password once they ask for one. @throws DomainError 422 `proof_invalid`, 409 `email_taken` */
  async register({ flowToken, token, displayName }: RegisterWithFlow): Promise<void> {
    // Nobody knows it. A hash like any other, so that a guess takes as long as for everybody.
    const passwordHash = await this.passwords.hash(newToken());
    await this.database.transaction(async (tx) => {
      const { email, ...identified } = await this.proofs.take(tx, flowToken, token);
      await this.policy.admit(tx, email);
      await this.requireWelcome(tx, email, identified);
      const name = displayName ?? identified.account.displayName?.slice(0, 100) ?? null;
      const user = { email, username: null, displayName: name, passwordHash, administrator: false };
      const id = await this.users.create(tx, user);
      if (id === undefined) throw registrationErrors.EmailTaken('This address has an account already.');
      await this.linker.link(tx, 'platform', identified, { id, email });
    });
  }

  /** An organization that gives whoever comes by way of its provider a role has invited them. */
  private async requireWelcome(tx: Tx, email: string, { provider, account }: Identified): Promise<void> {
    if (roleOfClaims(account.claims, provider.settings) !== null || (await this.policy.welcomes(tx, email))) return;
    throw registrationErrors.SignUpClosed('Accounts are for those who were invited.');
  }
}
