import { Public } from '@berth/access';
import { paymentNotification } from '@berth/contracts/metering';
import { AnswersNothing, RawBody } from '@berth/service-kit';
import { Body, Controller, Headers, Post } from '@nestjs/common';
import type { Notification } from './payment-provider.js';
import { PaymentsService } from './payments.service.js';

/** Where the payment provider tells that something happened. Its signature is what lets it in. */
@Controller('v1/payments/notifications')
export class NotificationsController {
  constructor(private readonly payments: PaymentsService) {}

  @Post()
  @Public()
  @AnswersNothing()
  async notifyOfPayment(
    @Headers() headers: Notification['headers'],
    @RawBody() body: Buffer,
    @Body({ schema: paymentNotification }) _told: object,
  ): Promise<void> {
    await this.payments.hear({ headers, body });
  }
}
