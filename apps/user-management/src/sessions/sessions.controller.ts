import { Authenticated, type Caller, CurrentCaller } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import { type Session, sessionPage } from '@berth/contracts/identity';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Controller, Delete, Get, Inject, Param, Query } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { SessionsService } from './sessions.service.js';

@Authenticated()
@Controller('v1/sessions')
export class SessionsController {
  constructor(@Inject(SessionsService) private readonly sessions: SessionsService) {}

  @Get()
  @Answers(sessionPage)
  listSessions(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Session>> {
    return this.sessions.list(caller, query);
  }

  @Delete()
  @ProvenRecently()
  @AnswersNothing()
  revokeAllSessions(@CurrentCaller() caller: Caller): Promise<void> {
    return this.sessions.revokeAll(caller);
  }

  @Delete(':id')
  @AnswersNothing()
  revokeSession(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) sessionId: string): Promise<void> {
    return this.sessions.revoke(caller, sessionId);
  }
}
