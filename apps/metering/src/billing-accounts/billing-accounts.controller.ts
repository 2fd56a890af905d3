import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import {
  type BillingAccount,
  billingAccount,
  type UpdateBillingAccount,
  updateBillingAccount,
} from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { BillingAccountsService } from './billing-accounts.service.js';

@Controller('v1')
export class BillingAccountsController {
  constructor(
    private readonly accounts: BillingAccountsService,
    private readonly access: Access,
  ) {}

  @Get('billing-accounts/:organizationId')
  @Requires('invoices:read')
  @Answers(billingAccount)
  async getBillingAccount(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
  ): Promise<BillingAccount> {
    await this.access.require(caller, 'invoices:read', { organizationId });
    return this.accounts.find(organizationId);
  }

  @Patch('admin/metering/billing-accounts/:organizationId')
  @Requires('billing-accounts:update')
  @Answers(billingAccount)
  updateBillingAccount(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
    @Body({ schema: updateBillingAccount }) body: UpdateBillingAccount,
  ): Promise<BillingAccount> {
    this.access.requireOnPlatform(caller, 'billing-accounts:update');
    return this.accounts.update(caller, organizationId, body);
  }
}
