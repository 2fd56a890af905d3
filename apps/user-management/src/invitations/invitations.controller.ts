import {
  Authenticated,
  BERTH_ACCESS,
  type Caller,
  CurrentCaller,
  formatBerthAccess,
  Public,
  Requires,
} from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type AnswerInvitation,
  answerInvitation,
  type CreateInvitation,
  createInvitation,
  invitation,
  invitationPage,
  type InvitationQuery,
  invitationQuery,
  type InvitationView,
  memberView,
  type MemberView,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { toMemberView } from '../memberships/membership.js';
import { toView } from './invitation.js';
import { InvitationAnswers } from './invitation-answers.js';
import { InvitationsService } from './invitations.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/invitations')
export class InvitationsController {
  constructor(
    @Inject(InvitationsService) private readonly invitations: InvitationsService,
    @Inject(InvitationAnswers) private readonly answers: InvitationAnswers,
  ) {}

  @Get()
  @Requires('memberships:create')
  @Answers(invitationPage)
  listInvitations(
    @CurrentCaller() caller: Caller,
    @Query({ schema: invitationQuery }) query: InvitationQuery,
  ): Promise<Page<InvitationView>> {
    return this.invitations.list(caller, query);
  }

  @Post()
  @Requires('memberships:create')
  @Answers(invitation, 201)
  async createInvitation(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createInvitation }) body: CreateInvitation,
  ): Promise<InvitationView> {
    return toView(await this.invitations.create(caller, body));
  }

  /** Runs again for the same Idempotency-Key: a code is good once, and the second answer says so. */
  @Post('accept')
  @Authenticated()
  @AnswerNotStored()
  @Answers(memberView, 201)
  async acceptInvitation(
    @CurrentCaller() caller: Caller,
    @Body({ schema: answerInvitation }) body: AnswerInvitation,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MemberView> {
    const { member, access } = await this.answers.accept(caller, body.token);
    void reply.header('location', `/v1/memberships/${member.id}`);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    void reply.header('etag', entityTag(member.generation));
    return toMemberView(member);
  }

  /** Without an account, too: whoever has the code was written to. */
  @Post('decline')
  @Public()
  @AnswerNotStored()
  @AnswersNothing()
  declineInvitation(@Body({ schema: answerInvitation }) body: AnswerInvitation): Promise<void> {
    return this.answers.decline(body.token);
  }

  @Post(':id/resend')
  @Requires('memberships:create')
  @AnswersNothing()
  resendInvitation(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) invitationId: string): Promise<void> {
    return this.invitations.resend(caller, invitationId);
  }

  @Delete(':id')
  @Requires('memberships:create')
  @AnswersNothing()
  deleteInvitation(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) invitationId: string): Promise<void> {
    return this.invitations.withdraw(caller, invitationId);
  }
}
