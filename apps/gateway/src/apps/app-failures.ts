import type { Failure } from '../proxy/target.js';

export interface FailurePage {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
  /** How to say who asks. */
  readonly challenge?: string;
}

const pages: Record<Failure, FailurePage> = {
  no_upstream: { status: 503, text: 'This app has no running instance at the moment.', retryAfter: '5' },
  unreachable: { status: 502, text: 'No instance of this app accepts connections.' },
  reset: { status: 502, text: 'The app closed the connection before it answered.' },
  timeout: { status: 504, text: 'The app did not answer in time.' },
  too_large: { status: 413, text: 'The request is too large.' },
};

/** What a visitor of an app reads when there is no answer of the app itself. */
export const appFailure = (failure: Failure): FailurePage => pages[failure];

export const unknownHost = (host: string): FailurePage => ({ status: 404, text: `There is no app at ${host}.` });

/** Others of its paths lead to apps. */
export const unknownPath = (host: string): FailurePage => ({
  status: 404,
  text: `There is no app at this path of ${host}.`,
});

export const badTarget: FailurePage = { status: 400, text: 'The request target must be a path.' };

/** Headers of such a page; node:http adds the rest. */
export function pageHeaders(page: FailurePage): string[] {
  const body = `${page.text}\n`;
  return [
    'Content-Type',
    'text/plain; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    ...(page.retryAfter ? ['Retry-After', page.retryAfter] : []),
    ...(page.challenge ? ['WWW-Authenticate', page.challenge] : []),
  ];
}
