import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { record } from '../../output/table.js';
import { hoursText } from '../../parsing/hours.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command => inProject(command).argument('<env>', 'environment');

export async function run({ client, out, selection }: Context, _options: object, name: string): Promise<void> {
  const { id } = await selection.environment(name);
  const sleep = await answerOf(client.GET('/v1/environments/{id}/sleep', { params: { path: { id } } }));
  await out.result(sleep, () => sleepText(sleep));
}

export const sleepText = ({ isAsleep, timeZone, awake, awakeUntil }: Schemas['Sleep']): string =>
  record({
    Now: isAsleep ? 'asleep' : 'awake',
    Awake: awake.length === 0 ? 'never by itself' : awake.map(hoursText).join('; '),
    'Time zone': timeZone,
    'Woken until': time(awakeUntil),
  });
