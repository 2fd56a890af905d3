import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type WaitOptions, waiting } from '../../deploying/settle.js';
import { ofWorkload } from '../options.js';
import { changeLinks } from './change.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command))
    .argument('<APP...>', 'apps of the same environment; BILLING_URL, _HOST and _PORT lead to the app billing')
    .description('let an app reach others, each at its web processes; what runs is replaced by a release that can');

export const run = (context: Context, given: WaitOptions, add: string[]): Promise<void> =>
  changeLinks(context, { add, remove: [] }, given);
