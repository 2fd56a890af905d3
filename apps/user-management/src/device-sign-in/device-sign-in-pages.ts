import type { DeviceGrantRecord } from '../device-flow/device-grant.js';
import {
  alert,
  authenticatorField,
  codeShown,
  decisions,
  escaped,
  hidden,
  type Lasting,
  page,
  whoAsks,
} from '../device-flow/page-parts.js';
import { confirmationOf, type PendingSignIn } from './pending-sign-in.js';

/** By whose word a person may sign in. */
export function providersPage(
  userCode: string,
  offered: readonly { readonly id: string; readonly displayName: string }[],
): string {
  const buttons = offered.map(
    ({ id, displayName }) => `<p><button name="provider" value="${id}">${escaped(displayName)}</button></p>`,
  );
  return page(
    `${codeShown(userCode)}<p>Sign in by:</p><form method="post" action="/v1/oauth/device/sign-in">` +
      `${hidden('user_code', userCode)}${buttons.join('')}</form>`,
  );
}

/** Says where the browser goes. Whoever owns an organization chooses that, so nobody is sent there without having seen it. */
export const onwardPage = (userCode: string, url: URL): string =>
  page(
    `${codeShown(userCode)}<p>You sign in at <strong>${escaped(url.host)}</strong> and come back here.</p>` +
      `<p><a href="${escaped(url.href)}" rel="noreferrer">Go on</a></p>`,
  );

export interface Confirmable {
  readonly pending: PendingSignIn;
  readonly grant: DeviceGrantRecord;
  readonly email: string;
  readonly provider: string;
  readonly hasSecondFactor: boolean;
}

/** Shows the code to who is signed in by now: what is answered holds for it alone. */
export function confirmationPage(
  { pending, grant, email, provider, hasSecondFactor }: Confirmable,
  lasting: Lasting,
  notice = '',
): string {
  const second = hasSecondFactor
    ? authenticatorField('Code of your authenticator, or a recovery code', 'required')
    : '';
  return page(
    `<p>You are ${escaped(email)}, says ${escaped(provider)}.</p>${codeShown(pending.userCode)}` +
      `${whoAsks(grant, lasting)}${alert(notice)}<form method="post" action="/v1/oauth/device/confirm">` +
      hidden('user_code', pending.userCode) +
      `${hidden('confirmation', confirmationOf(pending))}${second}${decisions}</form>`,
  );
}
