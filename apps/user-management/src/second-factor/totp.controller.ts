import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import {
  type BeginTotp,
  beginTotp,
  type ConfirmTotp,
  confirmTotp,
  type DisableTotp,
  disableTotp,
  type RecoveryCodes,
  recoveryCodes,
  type TotpSecret,
  totpSecret,
  type TotpStatus,
  totpStatus,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Get, Header, Inject, Ip, Post } from '@nestjs/common';
import { TotpService } from './totp.service.js';

@Authenticated()
@Controller('v1/auth/totp')
export class TotpController {
  constructor(@Inject(TotpService) private readonly totp: TotpService) {}

  @Get()
  @Answers(totpStatus)
  getTotp(@CurrentCaller() caller: Caller): Promise<TotpStatus> {
    return this.totp.status(caller);
  }

  @Post()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(totpSecret, 201)
  beginTotp(
    @CurrentCaller() caller: Caller,
    @Body({ schema: beginTotp }) body: BeginTotp,
    @Ip() address: string,
  ): Promise<TotpSecret> {
    return this.totp.begin(caller, body, address);
  }

  @Post('confirm')
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(recoveryCodes)
  confirmTotp(
    @CurrentCaller() caller: Caller,
    @Body({ schema: confirmTotp }) body: ConfirmTotp,
  ): Promise<RecoveryCodes> {
    return this.totp.confirm(caller, body.code);
  }

  @Post('disable')
  @AnswerNotStored()
  @AnswersNothing()
  disableTotp(
    @CurrentCaller() caller: Caller,
    @Body({ schema: disableTotp }) body: DisableTotp,
    @Ip() address: string,
  ): Promise<void> {
    return this.totp.disable(caller, body, address);
  }
}
