import { Authenticated, BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import {
  type CreateOrganization,
  createOrganization,
  type DeleteOrganization,
  deleteOrganization,
  type MyOrganization,
  myOrganizationPage,
  type Organization,
  organization,
  type OrganizationDeletion,
  organizationDeletion,
  type UpdateOrganization,
  updateOrganization,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { type OrganizationRecord, toOrganization } from './organization.js';
import { OrganizationDeletions } from './organization-deletions.js';
import { OrganizationSettings } from './organization-settings.js';
import { OrganizationsService } from './organizations.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/organizations')
export class OrganizationsController {
  constructor(
    @Inject(OrganizationsService) private readonly organizations: OrganizationsService,
    @Inject(OrganizationSettings) private readonly settings: OrganizationSettings,
    @Inject(OrganizationDeletions) private readonly deletions: OrganizationDeletions,
  ) {}

  @Post()
  @Authenticated()
  @Answers(organization, 201)
  async createOrganization(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createOrganization }) body: CreateOrganization,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Organization> {
    const founded = await this.organizations.create(caller, body);
    void reply.header('location', `/v1/organizations/${founded.organization.id}`);
    void reply.header(BERTH_ACCESS, formatBerthAccess(founded.access));
    return toOrganization(founded.organization);
  }

  @Get()
  @Authenticated()
  @Answers(myOrganizationPage)
  listOrganizations(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<MyOrganization>> {
    return this.organizations.list(caller, query);
  }

  @Get(':id')
  @Requires('organizations:read')
  @Answers(organization)
  async getOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Organization> {
    return tagged(await this.organizations.get(caller, organizationId), reply);
  }

  @Patch(':id')
  @Requires('organizations:update')
  @Answers(organization)
  async updateOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: updateOrganization }) body: UpdateOrganization,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Organization> {
    const changed = await this.settings.update(caller, organizationId, ifMatch, body);
    if (changed.access) void reply.header(BERTH_ACCESS, formatBerthAccess(changed.access));
    return tagged(changed.organization, reply);
  }

  @Post(':id/deletion')
  @Requires('organizations:delete')
  @ProvenRecently()
  @Answers(organizationDeletion, 202)
  deleteOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
    @Body({ schema: deleteOrganization }) body: DeleteOrganization,
  ): Promise<OrganizationDeletion> {
    return this.deletions.begin(caller, organizationId, body.slug);
  }

  @Delete(':id/deletion')
  @Requires('organizations:delete')
  @AnswersNothing()
  restoreOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
  ): Promise<void> {
    return this.deletions.takeBack(caller, organizationId);
  }
}

function tagged(organization: OrganizationRecord, reply: Reply): Organization {
  void reply.header('etag', entityTag(organization.generation));
  return toOrganization(organization);
}
