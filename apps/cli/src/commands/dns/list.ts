import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { ofOwner, type OwnerOptions, stateOf, zonesOf } from './zones-of.js';

export const options = ofOwner;

export async function run(context: Context, given: OwnerOptions): Promise<void> {
  const all = await zonesOf(context, given);
  await context.out.result(all, () =>
    table(
      ['zone', 'servers', 'key', 'state'],
      all.map((zone) => [zone.name, zone.servers.join(', '), zone.key.name, stateOf(zone)]),
    ),
  );
}
