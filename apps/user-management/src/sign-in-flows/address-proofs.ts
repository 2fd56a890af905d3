import { email as emailSchema, type ProveAddress } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { Throttle } from '../throttle/throttle.js';
import { UsersService } from '../users/users.service.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';
import { SignInFlowsRepository } from './sign-in-flows.repository.js';
import { type Identified, SignInFlowsService } from './sign-in-flows.service.js';
import { addressProofMail, linkInsteadMail } from './sign-in-mails.js';

/** Whether the address that a provider tells is really the person's: somebody else's server proves nothing of it. */
@Injectable()
export class AddressProofs {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SignInFlowsService) private readonly flows: SignInFlowsService,
    @Inject(SignInFlowsRepository) private readonly repository: SignInFlowsRepository,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  /** The same work and the same answer whether the address has an account or not: only its mail tells. */
  async ask({ flowToken }: ProveAddress, address: string): Promise<void> {
    const { provider, account } = await this.flows.identified(this.database, flowToken);
    const email = addressOf(account);
    await this.throttle.admit({ what: 'address proof', account: email, address });
    await this.database.transaction(async (tx) => {
      const proof = await this.repository.askForProof(tx, flowToken);
      const isKnown = await this.users.isKnown(tx, email);
      const { displayName } = provider;
      await this.mail.post(
        tx,
        isKnown ? linkInsteadMail(email, displayName) : addressProofMail(email, displayName, proof),
      );
    });
  }

  /** Uses the code up. @throws DomainError 422 `proof_invalid` */
  async take(tx: Tx, flowToken: string, proof: string): Promise<Identified & { readonly email: string }> {
    const identified = await this.flows.identified(tx, flowToken, 'for update');
    if (!(await this.repository.takeProof(tx, flowToken, proof)))
      throw signInFlowErrors.ProofInvalid('The code is not valid, was used or has ended.', { pointer: '/token' });
    return { ...identified, email: addressOf(identified.account) };
  }
}

function addressOf({ email }: Identified['account']): string {
  const parsed = emailSchema.safeParse(email);
  if (parsed.success) return parsed.data;
  throw signInFlowErrors.IdentityHasNoAddress('The identity provider told no e-mail address.');
}
