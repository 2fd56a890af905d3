import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import { type StepUp, stepUp, type SteppedUp, steppedUp } from '@berth/contracts/identity';
import { AnswerNotStored, Answers } from '@berth/service-kit';
import { Body, Controller, Inject, Ip, Post } from '@nestjs/common';
import { StepUpService } from './step-up.service.js';

@Authenticated()
@Controller('v1/auth/step-up')
export class StepUpController {
  constructor(@Inject(StepUpService) private readonly service: StepUpService) {}

  @Post()
  @AnswerNotStored()
  @Answers(steppedUp)
  stepUp(
    @CurrentCaller() caller: Caller,
    @Body({ schema: stepUp }) body: StepUp,
    @Ip() address: string,
  ): Promise<SteppedUp> {
    return this.service.prove(caller, body, address);
  }
}
