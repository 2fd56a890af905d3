import type { DeviceGrantRecord } from './device-grant.js';

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** No script and no style: it must work under a policy that allows neither. */
const page = (content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>Berth</title></head><body><h1>Berth</h1>${content}</body></html>`;

const field = (label: string, name: string, attributes: string): string =>
  `<p><label>${label}<br><input name="${name}" ${attributes}></label></p>`;

/** How long a session may last, in days, and how long it may rest. */
export interface Lasting {
  readonly days: number;
  readonly idleDays: number;
}

/** Asks a person whether a device may act in her name, and to prove that it is she. */
export function deviceForm(
  userCode: string,
  grant: DeviceGrantRecord | undefined,
  { days, idleDays }: Lasting,
  notice = '',
): string {
  const what = grant
    ? `<p>${escaped(grant.userAgent ?? 'A device')} at ${escaped(grant.address)} asks to act in your name, since ` +
      `${grant.createdAt.toISOString()}. Go on only if you have started it yourself and it shows this code. It ` +
      `may do all that you may, for ${days} days at most and until it has done nothing for ${idleDays}; you can end that ` +
      `at any time where your sessions are listed.</p>`
    : '<p>Type the code that your device shows.</p>';
  const alert = notice === '' ? '' : `<p role="alert"><strong>${escaped(notice)}</strong></p>`;
  return page(
    `${what}${alert}<form method="post" action="/v1/oauth/device">` +
      field('Code', 'user_code', `value="${escaped(userCode)}" required maxlength="20" autocomplete="off"`) +
      field('E-mail or username', 'email', 'required maxlength="254" autocomplete="username"') +
      field('Password', 'password', 'type="password" required autocomplete="current-password"') +
      field('Code of your authenticator, if you have one', 'code', 'autocomplete="one-time-code" maxlength="40"') +
      `<p><button name="decision" value="approve">Let it in</button> ` +
      `<button name="decision" value="deny">Refuse</button></p></form>`,
  );
}

export const deviceDone = (decision: 'approve' | 'deny'): string =>
  page(decision === 'approve' ? '<p>Done. Go back to your device.</p>' : '<p>The device was refused.</p>');
