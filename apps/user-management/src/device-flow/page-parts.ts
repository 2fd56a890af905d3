import type { DeviceGrantRecord } from './device-grant.js';

export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** No style, and no script but where a page brings its own: it must work under a policy that allows neither. */
export const page = (content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>Berth</title></head><body><h1>Berth</h1>${content}</body></html>`;

export const field = (label: string, name: string, attributes: string): string =>
  `<p><label>${label}<br><input name="${name}" ${attributes}></label></p>`;

export const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${escaped(value)}">`;

export const codeShown = (userCode: string): string => `<p>Code: <strong>${escaped(userCode)}</strong></p>`;

export const codeField = (userCode: string): string =>
  field('Code', 'user_code', `value="${escaped(userCode)}" required maxlength="20" autocomplete="off"`);

export const authenticatorField = (label: string, attributes = ''): string =>
  field(label, 'code', `autocomplete="one-time-code" maxlength="40" ${attributes}`);

export const decisions =
  `<p><button name="decision" value="approve">Let it in</button> ` +
  `<button name="decision" value="deny">Refuse</button></p>`;

export const alert = (notice: string): string =>
  notice === '' ? '' : `<p role="alert"><strong>${escaped(notice)}</strong></p>`;

/** How long a session may last, in days, and how long it may rest. */
export interface Lasting {
  readonly days: number;
  readonly idleDays: number;
}

/** What a service is configured with, as far as pages tell of it. */
export interface PageSettings extends Lasting {
  /** Whether passkeys belong to the host of the page. */
  readonly takesPasskeys: boolean;
}

/** Who asks, for what and for how long, so that nobody lets in what somebody else has started (RFC 8628, section 5.4). */
export const whoAsks = (grant: DeviceGrantRecord, { days, idleDays }: Lasting): string =>
  `<p>${escaped(grant.userAgent ?? 'A device')} at ${escaped(grant.address)} asks to act in your name, since ` +
  `${grant.createdAt.toISOString()}. Go on only if you have started it yourself and it shows this code. It ` +
  `may do all that you may, for ${days} days at most and until it has done nothing for ${idleDays}; you can end that ` +
  `at any time where your sessions are listed.</p>`;
