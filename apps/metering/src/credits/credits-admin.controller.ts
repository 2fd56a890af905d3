import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type Coupon,
  coupon,
  couponPage,
  type CreateCoupon,
  createCoupon,
  credit,
  type CreditOfOrganization,
  type GrantCredit,
  grantCredit,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CouponsRepository } from './coupons.repository.js';
import { CouponsService } from './coupons.service.js';
import { CreditsService } from './credits.service.js';

@Controller('v1/admin/metering')
export class CreditsAdminController {
  constructor(
    private readonly credits: CreditsService,
    private readonly coupons: CouponsService,
    private readonly stored: CouponsRepository,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Post('credits')
  @Requires('credits:update')
  @Answers(credit, 201)
  grantCredit(
    @CurrentCaller() caller: Caller,
    @Body({ schema: grantCredit }) body: GrantCredit,
  ): Promise<CreditOfOrganization> {
    this.access.requireOnPlatform(caller, 'credits:update');
    return this.credits.grant(caller, body);
  }

  @Post('credits/:id/revoke')
  @Requires('credits:update')
  @Answers(credit)
  revokeCredit(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) creditId: string,
  ): Promise<CreditOfOrganization> {
    this.access.requireOnPlatform(caller, 'credits:update');
    return this.credits.revoke(caller, creditId);
  }

  @Get('coupons')
  @Requires('credits:update')
  @Answers(couponPage)
  async listCoupons(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Coupon>> {
    this.access.requireOnPlatform(caller, 'credits:update');
    return toPage(await this.stored.list(this.database, query), query.limit, (each) => each.code);
  }

  @Post('coupons')
  @Requires('credits:update')
  @Answers(coupon, 201)
  createCoupon(@CurrentCaller() caller: Caller, @Body({ schema: createCoupon }) body: CreateCoupon): Promise<Coupon> {
    this.access.requireOnPlatform(caller, 'credits:update');
    return this.coupons.create(caller, body);
  }
}
