import { Authenticated, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import {
  type AccessToken,
  accessToken,
  type AdministrativeAct,
  administrativeAct,
  impersonation,
  impersonationPage,
  type ImpersonationView,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Header, Inject, Param, Post, Query } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { toView } from './impersonation.js';
import { ImpersonationAnswers } from './impersonation-answers.js';
import { ImpersonationRequests } from './impersonation-requests.js';

@Controller('v1')
export class ImpersonationsController {
  constructor(
    @Inject(ImpersonationRequests) private readonly requests: ImpersonationRequests,
    @Inject(ImpersonationAnswers) private readonly answers: ImpersonationAnswers,
  ) {}

  @Post('admin/user-management/users/:id/impersonations')
  @Requires('users:impersonate')
  @ProvenRecently()
  @Answers(impersonation, 201)
  async askToImpersonate(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) userId: string,
    @Body({ schema: administrativeAct }) body: AdministrativeAct,
  ): Promise<ImpersonationView> {
    return toView(await this.requests.ask(caller, userId, body.reason));
  }

  @Post('admin/user-management/impersonations/:id/token')
  @Requires('users:impersonate')
  @ProvenRecently()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(accessToken)
  impersonate(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) impersonationId: string,
  ): Promise<AccessToken> {
    return this.requests.token(caller, impersonationId);
  }

  @Get('me/impersonations')
  @Authenticated()
  @Answers(impersonationPage)
  listImpersonations(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<ImpersonationView>> {
    return this.answers.list(caller, query);
  }

  @Post('me/impersonations/:id/consent')
  @Authenticated()
  @ProvenRecently()
  @Answers(impersonation)
  async consentToImpersonation(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) impersonationId: string,
  ): Promise<ImpersonationView> {
    return toView(await this.answers.consent(caller, impersonationId));
  }

  @Delete('me/impersonations/:id')
  @Authenticated()
  @AnswersNothing()
  endImpersonation(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) impersonationId: string,
  ): Promise<void> {
    return this.answers.end(caller, impersonationId);
  }
}
