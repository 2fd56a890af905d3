import { createHash } from 'node:crypto';
import type { PasskeyOptions } from '@berth/contracts/identity';
import { policyWith } from './device-page-reply.js';
import { escaped } from './page-parts.js';

/** The decision is held back until a passkey was shown for it, or a code was typed. It asks nobody: what it needs is in the page. */
const script = `
const form = document.querySelector('form');
form.addEventListener('submit', async (event) => {
  if (form.passkey.value !== '' || form.code?.value) return;
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

/** The policy of a page with `passkeyForm`: its script runs there, and no other. */
export const passkeyPolicy = {
  'content-security-policy': policyWith(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`),
};

/** The one form of a page, which sends a `passkey` with the button that was pressed. */
export const passkeyForm = (action: string, options: PasskeyOptions, content: string): string =>
  `<p role="status"></p><noscript><p>A passkey can be shown only where scripts may run.</p></noscript>` +
  `<form method="post" action="${action}" data-options="${escaped(JSON.stringify(options))}">` +
  `<input type="hidden" name="passkey" autocomplete="off">${content}</form><script>${script}</script>`;
