import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { ofWorkload } from '../options.js';
import { setSuspended } from './set-suspended.js';

export const options = (command: Command): Command => ofWorkload(command).argument('<name>', 'a schedule');

export async function run(context: Context, _options: object, name: string): Promise<void> {
  const changed = await setSuspended(context, name, false);
  await context.out.result(changed, () => `Schedule ${name} runs next at ${time(changed.nextAt)}.`);
}
