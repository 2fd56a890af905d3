import { Authenticated, BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import {
  type CreateOrganization,
  createOrganization,
  type MyOrganization,
  myOrganizationPage,
  type Organization,
  organization,
} from '@berth/contracts/identity';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { toOrganization } from './organization.js';
import { OrganizationsService } from './organizations.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/organizations')
export class OrganizationsController {
  constructor(@Inject(OrganizationsService) private readonly organizations: OrganizationsService) {}

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
  ): Promise<Organization> {
    return toOrganization(await this.organizations.get(caller, organizationId));
  }
}
