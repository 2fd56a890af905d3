import { Clock, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type Attempt, Throttle } from '../throttle/throttle.js';
import { secondFactorErrors } from './second-factor.errors.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { stepOfCode } from './totp.js';

/** What somebody has besides a password. */
@Injectable()
export class SecondFactor {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SecondFactorRepository) private readonly repository: SecondFactorRepository,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the user has none, or when the code is good; then it is used up. Wrong codes are counted for the account:
   * a million guesses are not many.
   * @throws DomainError 401 `second_factor_required` or `second_factor_invalid`, 429 `too_many_attempts`
   */
  async require(userId: string, code: string | undefined, address: string): Promise<void> {
    if (!(await this.repository.find(this.database, userId))?.isConfirmed) return;
    if (code === undefined) throw secondFactorErrors.SecondFactorRequired('Send a code of your authenticator as well.');
    const attempt: Attempt = { what: 'second factor', account: userId, address };
    await this.throttle.admit(attempt);
    if (!(await this.database.transaction((tx) => this.use(tx, userId, code))))
      throw secondFactorErrors.SecondFactorInvalid('The code is wrong, was used or has ended.');
    await this.throttle.succeeded(attempt);
  }

  private async use(tx: Tx, userId: string, code: string): Promise<boolean> {
    const totp = await this.repository.find(tx, userId, 'for update');
    if (!totp) return false;
    const step = stepOfCode(totp.secret, code, this.clock.now());
    if (step === undefined) return this.repository.useRecoveryCode(tx, userId, code);
    if (step <= totp.lastStep) return false;
    await this.repository.useStep(tx, userId, step);
    return true;
  }
}
