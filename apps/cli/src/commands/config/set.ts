import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { waiting } from '../../deploying/settle.js';
import { parseAssignments } from '../../parsing/assignments.js';
import { changeConfig, type ChangeOptions } from './change.js';
import { applying, scoped } from './scope.js';

export const options = (command: Command): Command =>
  applying(scoped(waiting(command))).argument('<NAME=value...>', 'variables of the app in this environment');

export const run = (context: Context, given: ChangeOptions, texts: string[]): Promise<void> =>
  changeConfig(context, { set: parseAssignments(texts), unset: [] }, given);
