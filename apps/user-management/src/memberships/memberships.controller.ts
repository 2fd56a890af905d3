import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreateMembership,
  createMembership,
  type MembershipQuery,
  membershipPage,
  membershipQuery,
  memberView,
  type MemberView,
  type UpdateMembership,
  updateMembership,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { type MemberRecord, toMemberView } from './membership.js';
import { MembershipsService } from './memberships.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/memberships')
export class MembershipsController {
  constructor(@Inject(MembershipsService) private readonly memberships: MembershipsService) {}

  @Get()
  @Requires('memberships:read')
  @Answers(membershipPage)
  listMemberships(
    @CurrentCaller() caller: Caller,
    @Query({ schema: membershipQuery }) query: MembershipQuery,
  ): Promise<Page<MemberView>> {
    return this.memberships.list(caller, query);
  }

  @Post()
  @Requires('memberships:create')
  @Answers(memberView, 201)
  async createMembership(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createMembership }) body: CreateMembership,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MemberView> {
    const { member, access } = await this.memberships.create(caller, body);
    void reply.header('location', `/v1/memberships/${member.id}`);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    return tagged(member, reply);
  }

  @Get(':id')
  @Requires('memberships:read')
  @Answers(memberView)
  async getMembership(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) membershipId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MemberView> {
    return tagged(await this.memberships.get(caller, membershipId), reply);
  }

  @Patch(':id')
  @Requires('memberships:update')
  @Answers(memberView)
  async updateMembership(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) membershipId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: updateMembership }) body: UpdateMembership,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<MemberView> {
    const { member, access } = await this.memberships.update(caller, membershipId, ifMatch, body);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    return tagged(member, reply);
  }

  @Delete(':id')
  @Requires('memberships:delete')
  @AnswersNothing()
  async deleteMembership(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) membershipId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    void reply.header(BERTH_ACCESS, formatBerthAccess(await this.memberships.delete(caller, membershipId)));
  }
}

function tagged(member: MemberRecord, reply: Reply): MemberView {
  void reply.header('etag', entityTag(member.generation));
  return toMemberView(member);
}
