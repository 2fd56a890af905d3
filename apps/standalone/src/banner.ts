import { DEFAULT_PORT } from './config.js';

export interface Banner {
  readonly url: string;
  /** Printed at the first start only. */
  readonly administrator: { readonly email: string; readonly password: string } | null;
  readonly exampleUrl: string | null;
  readonly folder: string;
  /** How the memory and CPU of apps are limited on this machine. */
  readonly limits: string;
}

/** What a person sees when everything is up. */
export function bannerOf({ url, administrator, exampleUrl, folder, limits }: Banner): string {
  const login = administrator
    ? [
        `  Administrator  ${administrator.email}`,
        `  Password       ${administrator.password}   (shown once)`,
        '                 It ends after a week. One of your own: npx berth account change-password',
      ]
    : [];
  const example = exampleUrl ? [`  Example        ${exampleUrl}`] : [];
  const server = isWhereTheCommandLooks(url) ? '' : ` --server ${url}`;
  return [
    '',
    'Berth is up.',
    '',
    `  API            ${url}`,
    `  OpenAPI        ${url}/openapi.json`,
    `  Data           ${folder}`,
    `  Limits         ${limits}`,
    ...example,
    ...login,
    '',
    'Next:',
    `  npx berth login${server}`,
    '  npx berth apps create my-app --git https://example.com/my-app.git',
    '  npx berth deploy --wait',
    '',
    'Ctrl-C stops everything; the next `npm run up` brings it back.',
    '',
  ].join('\n');
}

/** Without a word about the server, the `berth` command asks the default port of this machine. */
const isWhereTheCommandLooks = (url: string): boolean => new URL(url).port === String(DEFAULT_PORT);
