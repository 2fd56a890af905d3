import type { ShownPasskey } from '@berth/contracts/identity';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasskeyProof } from '../passkeys/passkey-proof.js';
import { type Attempt, Throttle } from '../throttle/throttle.js';
import { SecondFactorChanges } from './second-factor-changes.js';
import { secondFactorErrors } from './second-factor.errors.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { stepOfCode } from './totp.js';

/** What somebody shows besides a password: one of the two is enough. */
export interface ShownFactor {
  /** Of an authenticator, or a recovery code. */
  readonly code?: string | undefined;
  readonly passkey?: ShownPasskey | undefined;
}

/** What somebody has besides a password. */
@Injectable()
export class SecondFactor {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SecondFactorRepository) private readonly repository: SecondFactorRepository,
    @Inject(SecondFactorChanges) private readonly changes: SecondFactorChanges,
    @Inject(PasskeyProof) private readonly passkeys: PasskeyProof,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the user has none (false), or when what is shown is good (true); then it is used up. Wrong codes are counted for the
   * account: a million guesses are not many.
   * @throws DomainError 401 `second_factor_required` or `second_factor_invalid`, 429 `too_many_attempts`
   */
  async require(userId: string, shown: ShownFactor, address: string): Promise<boolean> {
    if (!(await this.repository.hasAny(this.database, userId))) return false;
    if (shown.code === undefined && !shown.passkey)
      throw secondFactorErrors.SecondFactorRequired('Send a code of your authenticator, or show a passkey, as well.');
    const attempt: Attempt = { what: 'second factor', account: userId, address };
    await this.throttle.admit(attempt);
    if (!(await this.database.transaction((tx) => this.use(tx, userId, shown))))
      throw secondFactorErrors.SecondFactorInvalid('It is wrong, was used or has ended.');
    await this.throttle.succeeded(attempt);
    return true;
  }

  /** Whether the user has anything besides a password. */
  has(userId: string): Promise<boolean> {
    return this.repository.hasAny(this.database, userId);
  }

  private async use(tx: Tx, userId: string, { code, passkey }: ShownFactor): Promise<boolean> {
    if (passkey) return (await this.passkeys.of(tx, passkey))?.userId === userId;
    if (code === undefined) return false;
    return (await this.useCode(tx, userId, code)) || this.useRecoveryCode(tx, userId, code);
  }

  private async useCode(tx: Tx, userId: string, code: string): Promise<boolean> {
    const totp = await this.repository.find(tx, userId, 'for update');
    const step = totp?.isConfirmed ? stepOfCode(totp.secret, code, this.clock.now()) : undefined;
    if (!totp || step === undefined || step <= totp.lastStep) return false;
    await this.repository.useStep(tx, userId, step);
    return true;
  }

  private async useRecoveryCode(tx: Tx, userId: string, code: string): Promise<boolean> {
    if (!(await this.repository.useRecoveryCode(tx, userId, code))) return false;
    await this.changes.told(tx, 'platform', 'recovery code used', { userId });
    return true;
  }
}
