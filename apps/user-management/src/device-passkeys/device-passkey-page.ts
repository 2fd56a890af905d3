import type { PasskeyOptions } from '@berth/contracts/identity';
import type { DeviceGrantRecord } from '../device-flow/device-grant.js';
import { alert, codeShown, decisions, hidden, type Lasting, page, whoAsks } from '../device-flow/page-parts.js';
import { passkeyForm } from '../device-flow/passkey-script.js';

export interface Showable {
  readonly userCode: string;
  readonly grant: DeviceGrantRecord;
  readonly options: PasskeyOptions;
}

/** The device's code beside the buttons: to show a passkey is to say yes, or no, to what is seen. */
export const passkeyPage = ({ userCode, grant, options }: Showable, lasting: Lasting, notice = ''): string =>
  page(
    `${codeShown(userCode)}${whoAsks(grant, lasting)}${alert(notice)}` +
      passkeyForm('/v1/oauth/device/passkey', options, `${hidden('user_code', userCode)}${decisions}`),
  );
