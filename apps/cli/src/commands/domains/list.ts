import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';
import { domainsOf, nameOf } from './domains.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const domains = await domainsOf(client, id);
  const rows = domains.map((each) => [nameOf(each), each.state, each.proof, each.message]);
  await out.result(domains, () => table(['domain', 'state', 'proof', 'what is missing'], rows));
}
