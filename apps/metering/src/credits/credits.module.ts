import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { CouponDiscountsController } from './coupon-discounts.controller.js';
import { CouponDiscountsRepository } from './coupon-discounts.repository.js';
import { CouponDiscountsService } from './coupon-discounts.service.js';
import { CouponsRepository } from './coupons.repository.js';
import { CouponsService } from './coupons.service.js';
import { CreditsAdminController } from './credits-admin.controller.js';
import { CreditsController } from './credits.controller.js';
import { CreditsRepository } from './credits.repository.js';
import { CreditsService } from './credits.service.js';

@Module({
  imports: [BillingAccountsModule],
  controllers: [CreditsController, CreditsAdminController, CouponDiscountsController],
  providers: [
    ...[CreditsRepository, CreditsService, CouponsRepository, CouponsService],
    ...[CouponDiscountsRepository, CouponDiscountsService],
  ],
  exports: [CreditsRepository, CouponDiscountsRepository],
})
export class CreditsModule {}
