import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  couponDiscount,
  couponDiscountPage,
  type CreditQuery,
  creditQuery,
  type DiscountOfOrganization,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CouponDiscountsRepository } from './coupon-discounts.repository.js';
import { CouponDiscountsService } from './coupon-discounts.service.js';

@Controller('v1')
export class CouponDiscountsController {
  constructor(
    private readonly stored: CouponDiscountsRepository,
    private readonly discounts: CouponDiscountsService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get('credits/discounts')
  @Requires('credits:read')
  @Answers(couponDiscountPage)
  async listDiscounts(
    @CurrentCaller() caller: Caller,
    @Query({ schema: creditQuery }) query: CreditQuery,
  ): Promise<Page<DiscountOfOrganization>> {
    await this.access.require(caller, 'credits:read', { organizationId: query.organization });
    return toPage(await this.stored.list(this.database.confined, query), query.limit, (each) => each.id);
  }

  @Post('admin/metering/discounts/:id/revoke')
  @Requires('credits:update')
  @Answers(couponDiscount)
  revokeDiscount(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) discountId: string,
  ): Promise<DiscountOfOrganization> {
    this.access.requireOnPlatform(caller, 'credits:update');
    return this.discounts.revoke(caller, discountId);
  }
}
