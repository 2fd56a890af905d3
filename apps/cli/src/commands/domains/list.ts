import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';
import { domainsOf } from './domains.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const domains = await domainsOf(client, id);
  const rows = domains.map(({ host, state, proof, message }) => [host, state, proof, message]);
  await out.result(domains, () => table(['host', 'state', 'proof', 'what is missing'], rows));
}
