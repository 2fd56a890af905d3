import { Access, Audit, type Caller, changedFrom } from '@berth/access';
import type { SignUpPolicy as SignUpPolicyView } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SignUpPolicy, type StoredPolicy } from '../registrations/sign-up-policy.js';

/** Who may make an account, as administrators say. */
@Injectable()
export class SignUpAdministration {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SignUpPolicy) private readonly policy: SignUpPolicy,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  get(caller: Caller): Promise<StoredPolicy> {
    this.access.requireOnPlatform(caller, 'sign-up:read');
    return this.policy.current(this.database);
  }

  async put(caller: Caller, wanted: SignUpPolicyView): Promise<SignUpPolicyView> {
    this.access.requireOnPlatform(caller, 'sign-up:update');
    await this.database.transaction(async (tx) => {
      const { mode, domains } = await this.policy.held(tx);
      await this.policy.set(tx, wanted);
      const target = { kind: 'sign-up-policy', id: 'platform' };
      const change = changedFrom({ mode, domains }, wanted);
      await this.audit.record(tx, { by: caller, action: 'sign-up:update', target, organizationId: null, change });
    });
    return wanted;
  }
}
