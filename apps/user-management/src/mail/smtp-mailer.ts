import { createTransport } from 'nodemailer';
import type { Mail, Mailer } from './mailer.js';

/** Hands mail to an SMTP server: `smtp://user:password@host:port`, or `smtps://` for TLS from the start. */
export class SmtpMailer implements Mailer {
  private readonly transport;

  constructor(
    url: string,
    private readonly from: string,
  ) {
    this.transport = createTransport(url, { connectionTimeout: 10_000, socketTimeout: 30_000 } as object);
  }

  async send(mail: Mail): Promise<void> {
    await this.transport.sendMail({ from: this.from, ...mail });
  }
}
