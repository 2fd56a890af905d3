import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type WaitOptions, waiting } from '../../deploying/settle.js';
import { parseAssignments } from '../../parsing/assignments.js';
import { ofWorkload } from '../options.js';
import { changeConfig } from './change.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('<NAME=value...>', 'variables of the app in this environment');

export const run = (context: Context, given: WaitOptions, texts: string[]): Promise<void> =>
  changeConfig(context, { set: parseAssignments(texts), unset: [] }, given);
