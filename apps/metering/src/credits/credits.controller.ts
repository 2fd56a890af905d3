import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import {
  type CreditOfOrganization,
  creditPage,
  type CreditQuery,
  creditQuery,
  type RedeemCoupon,
  redeemCoupon,
  type Redemption,
  redemption,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CouponsService } from './coupons.service.js';
import { CreditsRepository } from './credits.repository.js';

@Controller('v1/credits')
export class CreditsController {
  constructor(
    private readonly credits: CreditsRepository,
    private readonly coupons: CouponsService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('credits:read')
  @Answers(creditPage)
  async listCredits(
    @CurrentCaller() caller: Caller,
    @Query({ schema: creditQuery }) query: CreditQuery,
  ): Promise<Page<CreditOfOrganization>> {
    await this.access.require(caller, 'credits:read', { organizationId: query.organization });
    return toPage(await this.credits.list(this.database.confined, query), query.limit, (each) => each.id);
  }

  /** Turns the code of a coupon into a credit or a discount. */
  @Post('redemptions')
  @Requires('credits:redeem')
  @Answers(redemption, 201)
  async redeemCoupon(
    @CurrentCaller() caller: Caller,
    @Body({ schema: redeemCoupon }) body: RedeemCoupon,
  ): Promise<Redemption> {
    await this.access.require(caller, 'credits:redeem', { organizationId: body.organization });
    return this.coupons.redeem(caller, body);
  }
}
