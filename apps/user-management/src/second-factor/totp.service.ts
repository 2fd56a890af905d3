import type { Caller } from '@berth/access';
import type { BeginTotp, DisableTotp, RecoveryCodes, TotpSecret, TotpStatus } from '@berth/contracts/identity';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordProof } from '../password-proof/password-proof.js';
import { SecondFactor } from './second-factor.js';
import { SecondFactorChanges } from './second-factor-changes.js';
import { secondFactorErrors as errors } from './second-factor.errors.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { newTotpSecret, stepOfCode, totpUri } from './totp.js';

/** How a person comes by a second factor, and gives it up. */
@Injectable()
export class TotpService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SecondFactorRepository) private readonly repository: SecondFactorRepository,
    @Inject(SecondFactor) private readonly factor: SecondFactor,
    @Inject(PasswordProof) private readonly passwords: PasswordProof,
    @Inject(SecondFactorChanges) private readonly changes: SecondFactorChanges,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async status({ subjectId }: Caller): Promise<TotpStatus> {
    const totp = await this.repository.find(this.database, subjectId);
    const recoveryCodesLeft = await this.repository.countRecoveryCodes(this.database, subjectId);
    return { enabled: totp?.isConfirmed ?? false, recoveryCodesLeft };
  }

  /** Nothing is asked of the user before the secret has arrived in an authenticator: see `confirm`. */
  async begin(caller: Caller, { password }: BeginTotp, address: string): Promise<TotpSecret> {
    const { email } = await this.passwords.requireOf(caller, password, address);
    const secret = newTotpSecret();
    const begun = await this.database.transaction((tx) => this.repository.begin(tx, caller.subjectId, secret));
    if (!begun) throw errors.TotpEnabledAlready('You have an authenticator already: disable it first.');
    return { secret, uri: totpUri(secret, email) };
  }

  async confirm(caller: Caller, code: string): Promise<RecoveryCodes> {
    return this.database.transaction(async (tx) => {
      const totp = await this.repository.find(tx, caller.subjectId, 'for update');
      if (!totp) throw errors.TotpNotBegun('Ask for a secret first.');
      if (totp.isConfirmed) throw errors.TotpEnabledAlready('You have an authenticator already.');
      const step = stepOfCode(totp.secret, code, this.clock.now());
      if (step === undefined) throw errors.TotpCodeWrong('is not the code of this moment', { pointer: '/code' });
      const recoveryCodes = await this.changes.beginWithCodes(tx, caller.subjectId);
      await this.repository.confirm(tx, caller.subjectId, step);
      await this.changes.told(tx, caller, 'authenticator added');
      return { recoveryCodes };
    });
  }

  /** Takes both factors: a device that was left open must not be enough. */
  async disable(caller: Caller, { password, code }: DisableTotp, address: string): Promise<void> {
    await this.passwords.requireOf(caller, password, address);
    const totp = await this.repository.find(this.database, caller.subjectId);
    if (!totp?.isConfirmed) throw errors.TotpNotEnabled('You have no authenticator.');
    await this.factor.require(caller.subjectId, { code }, address);
    await this.database.transaction(async (tx) => {
      await this.repository.deleteTotp(tx, caller.subjectId);
      await this.changes.endWithLast(tx, caller);
      await this.changes.told(tx, caller, 'authenticator removed');
    });
  }
}
