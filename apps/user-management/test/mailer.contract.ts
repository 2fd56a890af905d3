import { describe, expect, it } from '@jest/globals';
import type { Mailer } from '../src/index.js';

export interface MailerUnderTest {
  readonly mailer: Mailer;
  /** Everything that was delivered so far, as RFC 5322 text, in order. */
  delivered(): Promise<string[]>;
}

/** What every adapter of the port must do. */
export function mailerContract(name: string, make: () => Promise<MailerUnderTest>): void {
  describe(`the mailer ${name}`, () => {
    const mail = { to: 'ada@example.com', subject: 'Verify', text: 'Hello\n\nCode: abc-123_XYZ\n' };

    it('delivers one mail with sender, recipient, subject and text', async () => {
      const { mailer, delivered } = await make();
      await mailer.send(mail);
      const [message, ...more] = await delivered();
      expect(more).toEqual([]);
      expect(message).toMatch(/^From: Berth <berth@localhost>$/m);
      expect(message).toMatch(/^To: ada@example\.com$/m);
      expect(message).toMatch(/^Subject: Verify$/m);
      expect(message).toMatch(/^Code: abc-123_XYZ$/m);
    });

    it('delivers HTML beside the text, for whoever prefers it', async () => {
      const { mailer, delivered } = await make();
      await mailer.send({ ...mail, html: '<p>Hello</p>' });
      const [message = ''] = await delivered();
      expect(message).toMatch(/^Content-Type: multipart\/alternative/m);
      const kinds = [...message.matchAll(/^Content-Type: (text\/\w+)/gm)].map(([, kind]) => kind);
      expect(kinds).toEqual(['text/plain', 'text/html']);
      expect(message).toContain('<p>Hello</p>');
    });

    it('keeps a code of 43 characters whole on its line', async () => {
      const { mailer, delivered } = await make();
      const code = 'x'.repeat(43);
      await mailer.send({ ...mail, text: `Code: ${code}` });
      expect((await delivered())[0]).toMatch(new RegExp(`^Code: ${code}$`, 'm'));
    });

    it('delivers each mail by itself, in the order in which they were sent', async () => {
      const { mailer, delivered } = await make();
      for (const subject of ['one', 'two', 'three']) await mailer.send({ ...mail, subject });
      const subjects = (await delivered()).map((message) => /^Subject: (.*)$/m.exec(message)?.[1]);
      expect(subjects).toEqual(['one', 'two', 'three']);
    });

    it('carries text beyond ASCII', async () => {
      const { mailer, delivered } = await make();
      await mailer.send({ ...mail, subject: 'Grüße', text: 'Schöne Grüße' });
      const [message = ''] = await delivered();
      const decoded = message
        .replaceAll(/=\n/g, '')
        .replaceAll(/((?:=[0-9A-F]{2})+)/g, (hex) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString());
      expect(decoded).toContain('Schöne Grüße');
    });

    it('lets no header be smuggled in through a recipient or a subject', async () => {
      const { mailer, delivered } = await make();
      await mailer.send({ ...mail, subject: 'Hi\nBcc: eve@example.com' });
      expect((await delivered())[0]).not.toMatch(/^Bcc:/m);
    });
  });
}
