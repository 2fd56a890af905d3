import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type WaitOptions, waiting } from '../../deploying/settle.js';
import { ofWorkload } from '../options.js';
import { changeConfig } from './change.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('<NAME...>', 'variables that go');

export const run = (context: Context, given: WaitOptions, names: string[]): Promise<void> =>
  changeConfig(context, { set: {}, unset: names }, given);
