import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreateGroup,
  createGroup,
  type GroupQuery,
  groupQuery,
  type UpdateGroup,
  updateGroup,
  groupPage,
  type GroupView,
  groupView,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { type GroupRecord, toView } from './group.js';
import { type ChangedGroup, GroupsService } from './groups.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/groups')
export class GroupsController {
  constructor(@Inject(GroupsService) private readonly groups: GroupsService) {}

  @Get()
  @Requires('groups:read')
  @Answers(groupPage)
  listGroups(
    @CurrentCaller() caller: Caller,
    @Query({ schema: groupQuery }) query: GroupQuery,
  ): Promise<Page<GroupView>> {
    return this.groups.list(caller, query);
  }

  @Post()
  @Requires('groups:update')
  @Answers(groupView, 201)
  async createGroup(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createGroup }) body: CreateGroup,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<GroupView> {
    const made = await this.groups.create(caller, body);
    void reply.header('location', `/v1/groups/${made.group.id}`);
    return changed(made, reply);
  }

  @Get(':id')
  @Requires('groups:read')
  @Answers(groupView)
  async getGroup(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) groupId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<GroupView> {
    return tagged(await this.groups.get(caller, groupId), reply);
  }

  @Patch(':id')
  @Requires('groups:update')
  @Answers(groupView)
  async updateGroup(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) groupId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: updateGroup }) body: UpdateGroup,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<GroupView> {
    return changed(await this.groups.update(caller, groupId, ifMatch, body), reply);
  }

  @Delete(':id')
  @Requires('groups:update')
  @AnswersNothing()
  async deleteGroup(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) groupId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    void reply.header(BERTH_ACCESS, formatBerthAccess(await this.groups.delete(caller, groupId)));
  }
}

function changed({ group, access }: ChangedGroup, reply: Reply): GroupView {
  void reply.header(BERTH_ACCESS, formatBerthAccess(access));
  return tagged(group, reply);
}

function tagged(group: GroupRecord, reply: Reply): GroupView {
  void reply.header('etag', entityTag(group.generation));
  return toView(group);
}
