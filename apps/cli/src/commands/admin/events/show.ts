import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { time } from '../../../output/format.js';
import { table } from '../../../output/table.js';
import { services } from '../../dead-letters/of-service.js';

export const options = (command: Command): Command => command;

/** How far services are behind, in what they tell and in what they hear. */
export async function run({ client, out }: Context): Promise<void> {
  const states = await Promise.all(
    services.map(async (service) => ({ service, ...(await answerOf(client.GET(`/v1/admin/${service}/events`))) })),
  );
  const rows = states.map(({ service, waiting, deadLetters, ...since }) => [
    service,
    String(waiting),
    time(since.oldestWaitingAt),
    time(since.accessHeardAt),
    String(deadLetters),
  ]);
  await out.result(states, () => table(['service', 'to tell', 'since', 'access as of', 'dead letters'], rows));
}
