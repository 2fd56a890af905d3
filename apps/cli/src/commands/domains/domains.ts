import { domainToASCII } from 'node:url';
import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

export type Domain = Schemas['Domain'];

export const domainsOf = (client: Client, workload: string): Promise<Domain[]> =>
  everyPage((cursor) =>
    client.GET('/v1/domains', { params: { query: { workload, ...(cursor === undefined ? {} : { cursor }) } } }),
  );

export interface PathOptions {
  readonly path: string;
}

/** Of which of the domains of one host a command speaks. */
export const withPath = (command: Command): Command =>
  command.option(
    '--path <path>',
    'only requests that begin with it, of a host that apps of one environment share',
    '/',
  );

/** `shop.example.com`, or `shop.example.com/api`. */
export const nameOf = ({ host, path }: Pick<Domain, 'host' | 'path'>): string => (path === '/' ? host : host + path);

/** How a command is told of it. */
export const named = ({ host, path }: Domain): string => (path === '/' ? host : `${host} --path ${path}`);

/** As people type it, or as it is kept. */
export async function domainOf(client: Client, workload: string, host: string, path: string): Promise<Domain> {
  const wanted = nameOf({
    host: domainToASCII(host.replace(/\.$/, '')),
    path: path.length > 1 ? path.replace(/\/$/, '') : path,
  });
  const found = (await domainsOf(client, workload)).find((each) => nameOf(each) === wanted);
  if (found) return found;
  throw notFound(`There is no domain ${nameOf({ host, path })}.`, 'See: berth domains list');
}

/** What is to be done for it, or how it is. */
export function described(domain: Domain): string {
  const { state, message, challenge } = domain;
  const name = nameOf(domain);
  const missing = message === null ? '' : `: ${message}`;
  if (state === 'ready') return `${name} leads to the app.`;
  if (state === 'verified') return `${name} is proven${missing}.`;
  return [`${name} is ${state}${missing}.`, 'It is proven by this record:', recordOf(challenge)].join('\n');
}

const recordOf = ({ name, type, value }: Domain['challenge']): string => `  ${name}. ${type} "${value}"`;
