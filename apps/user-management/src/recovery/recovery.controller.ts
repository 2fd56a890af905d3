import { Public } from '@berth/access';
import {
  type CompleteRecovery,
  completeRecovery,
  type RecoveryRequested,
  recoveryRequested,
  type RequestRecovery,
  requestRecovery,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Inject, Ip, Post } from '@nestjs/common';
import { RecoveryService } from './recovery.service.js';

@Public()
@Controller('v1/auth/recovery')
export class RecoveryController {
  constructor(@Inject(RecoveryService) private readonly recovery: RecoveryService) {}

  @Post()
  @Answers(recoveryRequested, 202)
  async requestRecovery(
    @Body({ schema: requestRecovery }) body: RequestRecovery,
    @Ip() address: string,
  ): Promise<RecoveryRequested> {
    await this.recovery.request(body.email, address);
    return { status: 'recovery_sent' };
  }

  @Post('complete')
  @AnswerNotStored()
  @AnswersNothing()
  completeRecovery(@Body({ schema: completeRecovery }) body: CompleteRecovery): Promise<void> {
    return this.recovery.complete(body);
  }
}
