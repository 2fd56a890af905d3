import { Audit, type Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { LinkedIdentity, LinkIdentity } from '@berth/contracts/identity';
import { Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordProof } from '../password-proof/password-proof.js';
import { IdentityLinker } from './identity-linker.js';
import { LinkedIdentitiesRepository, type LinkedIdentityRecord } from './linked-identities.repository.js';
import { refuseAdministrator } from './linked-users.js';
import { signInFlowErrors } from './sign-in-flows.errors.js';
import { SignInFlowsService } from './sign-in-flows.service.js';

/** A person's own accounts elsewhere. */
@Injectable()
export class LinkedIdentitiesService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LinkedIdentitiesRepository) private readonly identities: LinkedIdentitiesRepository,
    @Inject(SignInFlowsService) private readonly flows: SignInFlowsService,
    @Inject(PasswordProof) private readonly passwords: PasswordProof,
    @Inject(IdentityLinker) private readonly linker: IdentityLinker,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async list(caller: Caller, { limit, cursor }: PageQuery): Promise<Page<LinkedIdentity>> {
    const rows = await this.identities.list(
      this.database.confined,
      caller.subjectId,
      decodeCursor(cursor, 'id'),
      limit + 1,
    );
    return toPage(rows.map(toLinkedIdentity), limit, (identity) => identity.id);
  }

  /** Takes the password: a device that was left open must not be enough for a way in that stays. */
  async link(caller: Caller, { flowToken, password }: LinkIdentity, address: string): Promise<LinkedIdentity> {
    refuseAdministrator(caller);
    const { email } = await this.passwords.requireOf(caller, password, address);
    return this.database.transaction(async (tx) => {
      const identified = await this.flows.finish(tx, flowToken);
      return toLinkedIdentity(await this.linker.link(tx, caller, identified, { id: caller.subjectId, email }));
    });
  }

  async unlink(caller: Caller, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.identities.delete(tx, caller.subjectId, id)))
        throw signInFlowErrors.IdentityNotFound('You have no such linked account.');
      const target = { kind: 'user', id: caller.subjectId };
      const detail = { linkedIdentityId: id };
      await this.audit.record(tx, {
        by: caller,
        action: 'users:unlink-identity',
        target,
        organizationId: null,
        detail,
      });
    });
  }
}

export const toLinkedIdentity = ({ createdAt, ...rest }: LinkedIdentityRecord): LinkedIdentity => ({
  ...rest,
  createdAt: createdAt.toISOString(),
});
