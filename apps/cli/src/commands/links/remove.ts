import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type WaitOptions, waiting } from '../../deploying/settle.js';
import { ofWorkload } from '../options.js';
import { changeLinks } from './change.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('<APP...>', 'apps that it need not reach any more');

export const run = (context: Context, given: WaitOptions, remove: string[]): Promise<void> =>
  changeLinks(context, { add: [], remove }, given);
