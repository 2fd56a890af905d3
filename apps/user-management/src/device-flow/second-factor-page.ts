import type { PasskeyOptions } from '@berth/contracts/identity';
import type { DeviceGrantRecord } from './device-grant.js';
import { alert, authenticatorField, codeShown, decisions, hidden, type Lasting, page, whoAsks } from './page-parts.js';
import { passkeyForm } from './passkey-script.js';

export interface Askable {
  readonly userCode: string;
  readonly grant: DeviceGrantRecord;
  readonly options: PasskeyOptions;
  /** That the password was shown, sealed. */
  readonly proven: string;
}

/** After the password, which is not on this page: its script never runs where one is typed. */
export const secondFactorPage = (
  { userCode, grant, options, proven }: Askable,
  lasting: Lasting,
  notice = '',
): string =>
  page(
    `${codeShown(userCode)}${whoAsks(grant, lasting)}${alert(notice)}` +
      '<p>Your account asks for more than a password: show a passkey, or type a code.</p>' +
      passkeyForm(
        '/v1/oauth/device/second-factor',
        options,
        hidden('user_code', userCode) +
          hidden('proven', proven) +
          authenticatorField('Code of your authenticator, or a recovery code, in place of a passkey') +
          decisions,
      ),
  );
