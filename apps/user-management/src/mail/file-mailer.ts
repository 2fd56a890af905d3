import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ids } from '@berth/service-kit';
import { createTransport } from 'nodemailer';
import type { Mail, Mailer } from './mailer.js';

/** Writes each mail as an .eml file (RFC 5322), whole or not at all; names sort by time. */
export class FileMailer implements Mailer {
  private readonly transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });

  constructor(
    private readonly folder: string,
    private readonly from: string,
    private readonly ids: Ids,
  ) {}

  async send(mail: Mail): Promise<void> {
    const { message } = await this.transport.sendMail({ from: this.from, ...mail });
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, `${this.ids.next()}.eml`);
    await writeFile(`${file}.part`, message as Buffer, { mode: 0o600 });
    await rename(`${file}.part`, file);
  }
}
