import { describe, expect, it } from '@jest/globals';
import { deviceForm } from './device-page.js';

const grant = {
  userCode: 'BCDFGHJK',
  deviceCode: 'd',
  userAgent: '<script>alert(1)</script>',
  address: '192.0.2.7',
  createdAt: new Date('2026-11-21T12:00:00.000Z'),
};
const inputOf = (html: string, name: string): string => new RegExp(`<input name="${name}"[^>]*>`).exec(html)?.[0] ?? '';

describe('the page of the device flow', () => {
  const html = deviceForm('BCDF-GHJK', grant as never, { days: 30, idleDays: 7, takesPasskeys: true });

  it('masks the password', () => {
    expect(inputOf(html, 'password')).toContain('type="password"');
  });

  it('leaves pasting and password managers alone: there is no script, and fields say what they are', () => {
    expect(html).not.toMatch(/<script|\son\w+=|autocomplete="off"[^>]*name="(email|password)"/);
    expect(inputOf(html, 'email')).toContain('autocomplete="username"');
    expect(inputOf(html, 'password')).toContain('autocomplete="current-password"');
    expect(inputOf(html, 'code')).toContain('autocomplete="one-time-code"');
  });

  it('says who asks, since when, for what and for how long', () => {
    for (const told of ['192.0.2.7', '2026-11-21T12:00:00.000Z', 'all that you may', '30 days', 'nothing for 7'])
      expect(html).toContain(told);
  });

  it('shows what a device says of itself as text', () => {
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
  });
});
