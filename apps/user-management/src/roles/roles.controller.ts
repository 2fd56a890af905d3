import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreateRole,
  createRole,
  type RoleQuery,
  roleQuery,
  type UpdateRole,
  updateRole,
  rolePage,
  type CustomRoleView,
  customRoleView,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { type CustomRoleRecord, toView } from './custom-role.js';
import { type ChangedRole, RolesService } from './roles.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/roles')
export class RolesController {
  constructor(@Inject(RolesService) private readonly roles: RolesService) {}

  @Get()
  @Requires('roles:read')
  @Answers(rolePage)
  listRoles(
    @CurrentCaller() caller: Caller,
    @Query({ schema: roleQuery }) query: RoleQuery,
  ): Promise<Page<CustomRoleView>> {
    return this.roles.list(caller, query);
  }

  @Post()
  @Requires('roles:update')
  @Answers(customRoleView, 201)
  async createRole(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createRole }) body: CreateRole,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomRoleView> {
    const made = await this.roles.create(caller, body);
    void reply.header('location', `/v1/roles/${made.role.id}`);
    return changed(made, reply);
  }

  @Get(':id')
  @Requires('roles:read')
  @Answers(customRoleView)
  async getRole(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) roleId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomRoleView> {
    return tagged(await this.roles.get(caller, roleId), reply);
  }

  @Patch(':id')
  @Requires('roles:update')
  @Answers(customRoleView)
  async updateRole(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) roleId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: updateRole }) body: UpdateRole,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomRoleView> {
    return changed(await this.roles.update(caller, roleId, ifMatch, body), reply);
  }

  @Delete(':id')
  @Requires('roles:update')
  @AnswersNothing()
  async deleteRole(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) roleId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    void reply.header(BERTH_ACCESS, formatBerthAccess(await this.roles.delete(caller, roleId)));
  }
}

function changed({ role, access }: ChangedRole, reply: Reply): CustomRoleView {
  void reply.header(BERTH_ACCESS, formatBerthAccess(access));
  return tagged(role, reply);
}

function tagged(role: CustomRoleRecord, reply: Reply): CustomRoleView {
  void reply.header('etag', entityTag(role.generation));
  return toView(role);
}
