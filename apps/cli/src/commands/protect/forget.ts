import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { changeProtection } from './change.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<NAME...>', 'whose passwords count no more')
    .description('passwords count no more; without any left nobody is asked for one');

export const run = (context: Context, _given: object, names: string[]): Promise<void> =>
  changeProtection(context, { logins: Object.fromEntries(names.map((name) => [name, null])) });
