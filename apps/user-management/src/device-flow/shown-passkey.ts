import { type ShownPasskey, shownPasskey } from '@berth/contracts/identity';

/** What a form carries of a passkey, as text. Undefined when it is none: nothing was shown. */
export function passkeyOf(text = ''): ShownPasskey | undefined {
  try {
    return shownPasskey.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON
  }
}
