import type { DeviceGrantRecord } from './device-grant.js';
import {
  alert,
  authenticatorField,
  codeField,
  decisions,
  field,
  hidden,
  type PageSettings,
  page,
  whoAsks,
} from './page-parts.js';

/** Asks a person whether a device may act in her name, and to prove that it is she. */
export function deviceForm(
  userCode: string,
  grant: DeviceGrantRecord | undefined,
  settings: PageSettings,
  notice = '',
): string {
  const what = grant ? whoAsks(grant, settings) : '<p>Type the code that your device shows.</p>';
  // With a device in sight its code is at the top, and only carried on below.
  const code = grant ? hidden('user_code', userCode) : codeField(userCode);
  return page(
    `${what}${alert(notice)}<h2>With your password</h2><form method="post" action="/v1/oauth/device">` +
      codeField(userCode) +
      field('E-mail or username', 'email', 'required maxlength="254" autocomplete="username"') +
      field('Password', 'password', 'type="password" required autocomplete="current-password"') +
      `${authenticatorField('Code of your authenticator, if you have one')}${decisions}</form>` +
      `<h2>By the provider of your organization</h2><form action="/v1/oauth/device/providers">${code}` +
      field('Organization', 'organization', 'required maxlength="100" autocomplete="organization"') +
      `<p><button>Go on</button></p></form>${settings.takesPasskeys ? byPasskey(code) : ''}`,
  );
}

const byPasskey = (code: string): string =>
  `<h2>With a passkey</h2><form action="/v1/oauth/device/passkey">${code}<p><button>Go on</button></p></form>`;

export const deviceDone = (decision: 'approve' | 'deny'): string =>
  page(decision === 'approve' ? '<p>Done. Go back to your device.</p>' : '<p>The device was refused.</p>');
