import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import { type ChangePassword, changePassword } from '@berth/contracts/identity';
import { AnswerNotStored, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Inject, Ip, Post } from '@nestjs/common';
import { PasswordChangesService } from './password-changes.service.js';

@Controller('v1/auth/password')
export class PasswordChangesController {
  constructor(@Inject(PasswordChangesService) private readonly changes: PasswordChangesService) {}

  @Post()
  @Authenticated()
  @AnswerNotStored()
  @AnswersNothing()
  changePassword(
    @CurrentCaller() caller: Caller,
    @Body({ schema: changePassword }) body: ChangePassword,
    @Ip() address: string,
  ): Promise<void> {
    return this.changes.change(caller, body, address);
  }
}
