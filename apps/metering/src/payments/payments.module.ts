import { CONFIG } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { FilePaymentProvider } from './file-payment-provider.js';
import { NotificationsController } from './notifications.controller.js';
import { OnInvoiceToldHandler } from './on-invoice-told.handler.js';
import { PaymentEndings } from './payment-endings.js';
import { PaymentLooks } from './payment-looks.js';
import { PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.js';
import { PaymentRequests } from './payment-requests.js';
import { PaymentSchedule } from './payment-schedule.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsRepository } from './payments.repository.js';
import { PaymentsService } from './payments.service.js';
import { StripePaymentProvider } from './stripe-payment-provider.js';

function providerOf(config: Config): PaymentProvider | null {
  const { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: webhookSecret, PUBLIC_URL: returnUrl } = config;
  if (key && webhookSecret && returnUrl)
    return new StripePaymentProvider({ url: config.STRIPE_URL, key, webhookSecret, returnUrl });
  return config.PAYMENT_FOLDER ? new FilePaymentProvider(config.PAYMENT_FOLDER) : null;
}

@Module({
  imports: [InvoicesModule],
  controllers: [PaymentsController, NotificationsController, OnInvoiceToldHandler],
  providers: [
    { provide: PAYMENT_PROVIDER, inject: [CONFIG], useFactory: providerOf },
    ...[PaymentsRepository, PaymentRequests, PaymentEndings, PaymentLooks, PaymentsService, PaymentSchedule],
  ],
})
export class PaymentsModule {}
