import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ids } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterEach, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { FileMailer } from '../src/mail/file-mailer.js';
import { mailOf } from '../src/mail/letter.js';
import { MAILER, type Mailer } from '../src/index.js';
import { SmtpMailer } from '../src/mail/smtp-mailer.js';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { mailerContract } from './mailer.contract.js';

const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'berth-mailer-'));
  endings.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

mailerContract('to files', async () => {
  const into = await folder();
  return {
    mailer: new FileMailer(join(into, 'mail'), 'Berth <berth@localhost>', new Ids()),
    delivered: async () => {
      const files = (await readdir(join(into, 'mail'))).sort();
      return Promise.all(files.map((file) => readFile(join(into, 'mail', file), 'utf8')));
    },
  };
});

async function smtpServer(refuse = false): Promise<{ url: string; messages: string[] }> {
  const messages: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, callback) => {
      const chunks: Buffer[] = [];
      stream
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          if (refuse) return callback(new Error('no'));
          messages.push(Buffer.concat(chunks).toString().replaceAll('\r\n', '\n'));
          callback();
        });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, messages };
}

mailerContract('to an SMTP server', async () => {
  const { url, messages } = await smtpServer();
  return { mailer: new SmtpMailer(url, 'Berth <berth@localhost>'), delivered: () => Promise.resolve(messages) };
});

it('whoever opens the file of a mail finds the whole code on one line', async () => {
  const into = join(await folder(), 'mail');
  const code = 'x'.repeat(43);
  const opening = [
    'Somebody registered this address, and what is said of it here is longer than one line of a mail may be.',
  ];
  const mail = mailOf({ to: 'a@b.example', subject: 's', opening, code, closing: [opening[0] ?? ''] });
  await new FileMailer(into, 'Berth <berth@localhost>', new Ids()).send(mail);
  const [file = ''] = await readdir(into);
  expect(await readFile(join(into, file), 'utf8')).toMatch(new RegExp(`^Code: ${code}$`, 'm'));
});

it('files are for their owner alone', async () => {
  const into = join(await folder(), 'mail');
  await new FileMailer(into, 'Berth <berth@localhost>', new Ids()).send({ to: 'a@b.example', subject: 's', text: 't' });
  const [file = ''] = await readdir(into);
  expect((await stat(join(into, file))).mode & 0o777).toBe(0o600);
  expect((await stat(into)).mode & 0o777).toBe(0o700);
});

it('a folder that cannot be written throws, so that the mail is tried again', async () => {
  const blocked = join(await folder(), 'file');
  await writeFile(blocked, '');
  const mailer = new FileMailer(join(blocked, 'mail'), 'Berth <berth@localhost>', new Ids());
  await expect(mailer.send({ to: 'a@b.example', subject: 's', text: 't' })).rejects.toThrow();
});

it('an SMTP server that refuses, or is away, throws', async () => {
  const { url } = await smtpServer(true);
  const mail = { to: 'a@b.example', subject: 's', text: 't' };
  await expect(new SmtpMailer(url, 'Berth <berth@localhost>').send(mail)).rejects.toThrow();
  await expect(new SmtpMailer('smtp://127.0.0.1:1', 'Berth <berth@localhost>').send(mail)).rejects.toThrow();
});

it('mail that was refused is sent later, and nothing of it is left in the database then', async () => {
  const sent: string[] = [];
  let refusals = 2;
  const mailer: Mailer = {
    send: (mail) => {
      if (refusals-- > 0) return Promise.reject(new Error('the server is away'));
      sent.push(mail.text);
      return Promise.resolve();
    },
  };
  const identity = await IdentityService.start({ LOG_LEVEL: 'silent' }, [[MAILER, mailer]]);
  endings.push(() => identity.close());
  const body = { email: 'ada@example.com', password: goodPassword };
  expect((await identity.call('POST', '/v1/auth/register', { body })).status).toBe(202);
  await eventually(() => expect(sent).toHaveLength(1), { within: 40_000 });
  await eventually(async () => expect(await identity.database.query('select from mail')).toHaveLength(0));
});
