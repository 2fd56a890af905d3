import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { waiting } from '../../deploying/settle.js';
import { type ChangeOptions, changeSecrets } from '../config/change.js';
import { applying, scoped } from '../config/scope.js';

export const options = (command: Command): Command =>
  applying(scoped(waiting(command))).argument('<NAME...>', 'secrets that go');

export const run = (context: Context, given: ChangeOptions, names: string[]): Promise<void> =>
  changeSecrets(context, { set: {}, unset: names, revokeFormer: false }, given);
