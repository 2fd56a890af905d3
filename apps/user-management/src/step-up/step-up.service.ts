import { Audit, type Caller } from '@berth/access';
import type { ShownPasskey, StepUp as StepUpBody, SteppedUp } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasskeyProof } from '../passkeys/passkey-proof.js';
import { PasswordProof } from '../password-proof/password-proof.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { StepUp } from './step-up.js';
import { stepUpErrors } from './step-up.errors.js';

/** Proves the person of a session once more. */
@Injectable()
export class StepUpService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(StepUp) private readonly stepUp: StepUp,
    @Inject(PasswordProof) private readonly passwords: PasswordProof,
    @Inject(PasskeyProof) private readonly passkeys: PasskeyProof,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError as a login does, 422 `step_up_refused` */
  async prove(caller: Caller, { password, code, passkey }: StepUpBody, address: string): Promise<SteppedUp> {
    let secondFactor = true;
    if (password !== undefined) {
      await this.passwords.requireOf(caller, password, address);
      secondFactor = await this.secondFactor.require(caller.subjectId, { code, passkey }, address);
    }
    if (password === undefined) await this.requirePasskey(caller, passkey);
    return this.database.transaction(async (tx) => {
      const until = await this.stepUp.proven(tx, caller, secondFactor);
      if (!until) throw stepUpErrors.StepUpRefused('An API token is no session: log in.');
      const target = { kind: 'session', id: caller.sessionId };
      await this.audit.record(tx, { by: caller, action: 'sessions:step-up', target, organizationId: null });
      return { until: until.toISOString() };
    });
  }

  private async requirePasskey({ subjectId }: Caller, passkey: ShownPasskey | undefined): Promise<void> {
    const shown = passkey && (await this.database.transaction((tx) => this.passkeys.of(tx, passkey)));
    if (shown?.userId === subjectId && shown.isVerified) return;
    throw stepUpErrors.StepUpRefused('is not yours, or its device asked for nothing', { pointer: '/passkey' });
  }
}
