import { CONFIG, Ids } from '@berth/service-kit';
import { Global, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { FileMailer } from './file-mailer.js';
import { MailReconciler } from './mail.reconciler.js';
import { MailService } from './mail.service.js';
import { MAILER, type Mailer } from './mailer.js';
import { SmtpMailer } from './smtp-mailer.js';

const mailer = (config: Config, ids: Ids): Mailer =>
  config.SMTP_URL === undefined
    ? new FileMailer(config.MAIL_FOLDER ?? '', config.MAIL_FROM, ids)
    : new SmtpMailer(config.SMTP_URL, config.MAIL_FROM);

@Global()
@Module({
  providers: [MailService, MailReconciler, { provide: MAILER, inject: [CONFIG, Ids], useFactory: mailer }],
  exports: [MailService],
})
export class MailModule {}
