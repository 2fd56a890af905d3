import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type WaitOptions, waiting } from '../../deploying/settle.js';
import { changeSecrets } from '../config/change.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('<NAME...>', 'secrets that go');

export const run = (context: Context, given: WaitOptions, names: string[]): Promise<void> =>
  changeSecrets(context, { set: {}, unset: names }, given);
