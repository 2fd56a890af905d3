import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreateServiceAccount,
  createServiceAccount,
  serviceAccount,
  serviceAccountPage,
  type ServiceAccountQuery,
  serviceAccountQuery,
  type ServiceAccountView,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { toView } from './service-account.js';
import { ServiceAccountViews } from './service-account-views.js';
import { ServiceAccountsService } from './service-accounts.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/service-accounts')
export class ServiceAccountsController {
  constructor(
    @Inject(ServiceAccountsService) private readonly accounts: ServiceAccountsService,
    @Inject(ServiceAccountViews) private readonly views: ServiceAccountViews,
  ) {}

  @Get()
  @Requires('service-accounts:read')
  @Answers(serviceAccountPage)
  listServiceAccounts(
    @CurrentCaller() caller: Caller,
    @Query({ schema: serviceAccountQuery }) query: ServiceAccountQuery,
  ): Promise<Page<ServiceAccountView>> {
    return this.views.page(caller, query);
  }

  @Post()
  @Requires('service-accounts:create', 'memberships:create')
  @Answers(serviceAccount, 201)
  async createServiceAccount(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createServiceAccount }) body: CreateServiceAccount,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ServiceAccountView> {
    const { account, access } = await this.accounts.create(caller, body);
    void reply.header('location', `/v1/service-accounts/${account.id}`);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    return toView(account);
  }

  @Get(':id')
  @Requires('service-accounts:read')
  @Answers(serviceAccount)
  async getServiceAccount(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) accountId: string,
  ): Promise<ServiceAccountView> {
    return this.views.one(await this.accounts.find(caller, accountId, 'service-accounts:read'));
  }

  @Delete(':id')
  @Requires('service-accounts:delete')
  @AnswersNothing()
  async deleteServiceAccount(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) accountId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    void reply.header(BERTH_ACCESS, formatBerthAccess(await this.accounts.delete(caller, accountId)));
  }
}
