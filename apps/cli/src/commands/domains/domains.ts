import { domainToASCII } from 'node:url';
import type { Client, Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

export type Domain = Schemas['Domain'];

export const domainsOf = (client: Client, workload: string): Promise<Domain[]> =>
  everyPage((cursor) =>
    client.GET('/v1/domains', { params: { query: { workload, ...(cursor === undefined ? {} : { cursor }) } } }),
  );

/** As people type it, or as it is kept. */
export async function domainOf(client: Client, workload: string, host: string): Promise<Domain> {
  const wanted = domainToASCII(host.replace(/\.$/, ''));
  const found = (await domainsOf(client, workload)).find((each) => each.host === wanted);
  if (found) return found;
  throw notFound(`There is no domain ${host}.`, 'See: berth domains list');
}

/** What is to be done for it, or how it is. */
export function described({ host, state, message, challenge }: Domain): string {
  const missing = message === null ? '' : `: ${message}`;
  if (state === 'ready') return `${host} leads to the app.`;
  if (state === 'verified') return `${host} is proven${missing}.`;
  return [`${host} is ${state}${missing}.`, 'It is proven by this record:', recordOf(challenge)].join('\n');
}

const recordOf = ({ name, type, value }: Domain['challenge']): string => `  ${name}. ${type} "${value}"`;
