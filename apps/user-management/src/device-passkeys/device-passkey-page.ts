import { createHash } from 'node:crypto';
import type { PasskeyOptions } from '@berth/contracts/identity';
import type { DeviceGrantRecord } from '../device-flow/device-grant.js';
import {
  alert,
  codeShown,
  decisions,
  escaped,
  hidden,
  type Lasting,
  page,
  whoAsks,
} from '../device-flow/page-parts.js';

/** The decision is held back until a passkey was shown for it. It asks nobody: what it needs is in the page. */
const script = `
const form = document.querySelector('form');
form.addEventListener('submit', async (event) => {
  if (form.passkey.value !== '') return;
  event.preventDefault();
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options));
    form.passkey.value = JSON.stringify(await navigator.credentials.get({ publicKey }));
    form.requestSubmit(event.submitter);
  } catch ({ name }) {
    document.querySelector('[role=status]').textContent = 'No passkey was shown (' + name + '): try again.';
  }
});
`;

/** For the policy of the page: this script runs there, and no other. */
export const scriptHash = createHash('sha256').update(script).digest('base64');

export interface Showable {
  readonly userCode: string;
  readonly grant: DeviceGrantRecord;
  readonly options: PasskeyOptions;
}

/** The device's code beside the buttons: to show a passkey is to say yes, or no, to what is seen. */
export const passkeyPage = ({ userCode, grant, options }: Showable, lasting: Lasting, notice = ''): string =>
  page(
    `${codeShown(userCode)}${whoAsks(grant, lasting)}${alert(notice)}<p role="status"></p>` +
      `<noscript><p>A passkey can be shown only where scripts may run.</p></noscript>` +
      `<form method="post" action="/v1/oauth/device/passkey" data-options="${escaped(JSON.stringify(options))}">` +
      `${hidden('user_code', userCode)}<input type="hidden" name="passkey" autocomplete="off">${decisions}</form>` +
      `<script>${script}</script>`,
  );
