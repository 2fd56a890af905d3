import type { FailurePage } from '../apps/app-failures.js';
import type { Verdict } from './wall.js';

/** What somebody reads who does not pass. */
export function wallPage(verdict: Exclude<Verdict, 'passes'>, host: string): FailurePage {
  switch (verdict) {
    case 'unauthorized':
      return {
        ...{ status: 401, text: 'This app asks for a name and a password.' },
        challenge: `Basic realm="${host}", charset="UTF-8"`,
      };
    case 'forbidden':
      return { status: 403, text: 'This app may not be reached from here.' };
    case 'busy':
      return { status: 429, text: 'Too many passwords are being checked at the moment.', retryAfter: '1' };
  }
}
