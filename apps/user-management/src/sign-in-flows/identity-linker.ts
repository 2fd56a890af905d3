import { Audit, type Caller } from '@berth/access';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { LinkedIdentitiesRepository, type LinkedIdentityRecord } from './linked-identities.repository.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';
import type { Identified } from './sign-in-flows.service.js';
import { identityLinkedMail } from './sign-in-mails.js';

/** Makes an account at a provider a way to sign in as a user, who is told. */
@Injectable()
export class IdentityLinker {
  constructor(
    @Inject(LinkedIdentitiesRepository) private readonly identities: LinkedIdentitiesRepository,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError 409 `identity_linked_already` */
  async link(
    tx: Tx,
    by: Caller | 'platform',
    { provider, account }: Identified,
    user: { readonly id: string; readonly email: string },
  ): Promise<LinkedIdentityRecord> {
    const [id, createdAt] = [this.ids.next(), this.clock.now()];
    const identity = { id, providerId: provider.id, subject: account.subject, userId: user.id, createdAt };
    if (!(await this.identities.insert(tx, identity)))
      throw signInFlowErrors.IdentityLinkedAlready('Somebody signs in with this account already.');
    await this.mail.post(tx, identityLinkedMail(user.email, provider.displayName));
    const target = { kind: 'user', id: user.id };
    const detail = { providerId: provider.id };
    await this.audit.record(tx, { by, action: 'users:link-identity', target, organizationId: null, detail });
    return {
      id,
      createdAt,
      providerId: provider.id,
      provider: provider.displayName,
      organizationId: provider.organizationId,
    };
  }
}
