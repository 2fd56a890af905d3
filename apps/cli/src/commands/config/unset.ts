import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { waiting } from '../../deploying/settle.js';
import { changeConfig, type ChangeOptions } from './change.js';
import { applying, scoped } from './scope.js';

export const options = (command: Command): Command =>
  applying(scoped(waiting(command))).argument('<NAME...>', 'variables that go');

export const run = (context: Context, given: ChangeOptions, names: string[]): Promise<void> =>
  changeConfig(context, { set: {}, unset: names }, given);
