import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import { type RecoveryCodes, recoveryCodes } from '@berth/contracts/identity';
import { AnswerNotStored, Answers, Database } from '@berth/service-kit';
import { Controller, Header, Inject, Post } from '@nestjs/common';
import { SecondFactorChanges } from '../second-factor/second-factor-changes.js';
import { ProvenRecently } from '../step-up/proven-recently.js';

@Controller('v1/auth/recovery-codes')
export class RecoveryCodesController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SecondFactorChanges) private readonly changes: SecondFactorChanges,
  ) {}

  /** Ten new ones; those from before are good no longer. */
  @Post()
  @Authenticated()
  @ProvenRecently()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(recoveryCodes)
  async renewRecoveryCodes(@CurrentCaller() caller: Caller): Promise<RecoveryCodes> {
    return { recoveryCodes: await this.database.transaction((tx) => this.changes.renewCodes(tx, caller)) };
  }
}
