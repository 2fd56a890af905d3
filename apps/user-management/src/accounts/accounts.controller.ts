import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import {
  type AccountDeletion,
  accountDeletion,
  type AccountExport,
  accountExport,
  type ChangeEmail,
  changeEmail,
  type ConfirmEmail,
  confirmEmail,
  type EmailChangeRequested,
  emailChangeRequested,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Get, Header, Inject, Post } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { AccountExports } from './account-exports.js';
import { AccountsService } from './accounts.service.js';
import { EmailChanges } from './email-changes.js';

/** A person's own account. */
@Authenticated()
@Controller('v1/me')
export class AccountsController {
  constructor(
    @Inject(AccountsService) private readonly accounts: AccountsService,
    @Inject(EmailChanges) private readonly emailChanges: EmailChanges,
    @Inject(AccountExports) private readonly exports: AccountExports,
  ) {}

  @Post('email')
  @ProvenRecently()
  @Answers(emailChangeRequested, 202)
  async changeEmail(
    @CurrentCaller() caller: Caller,
    @Body({ schema: changeEmail }) body: ChangeEmail,
  ): Promise<EmailChangeRequested> {
    await this.emailChanges.ask(caller, body.email);
    return { status: 'verification_sent' };
  }

  @Post('email/confirm')
  @AnswerNotStored()
  @AnswersNothing()
  confirmEmail(@CurrentCaller() caller: Caller, @Body({ schema: confirmEmail }) body: ConfirmEmail): Promise<void> {
    return this.emailChanges.confirm(caller, body.token);
  }

  @Post('deactivation')
  @ProvenRecently()
  @AnswerNotStored()
  @AnswersNothing()
  deactivateAccount(@CurrentCaller() caller: Caller): Promise<void> {
    return this.accounts.deactivate(caller);
  }

  @Post('deletion')
  @ProvenRecently()
  @AnswerNotStored()
  @Answers(accountDeletion, 202)
  deleteAccount(@CurrentCaller() caller: Caller): Promise<AccountDeletion> {
    return this.accounts.delete(caller);
  }

  @Get('export')
  @ProvenRecently()
  @Header('cache-control', 'no-store')
  @Answers(accountExport)
  exportAccount(@CurrentCaller() caller: Caller): Promise<AccountExport> {
    return this.exports.of(caller);
  }
}
