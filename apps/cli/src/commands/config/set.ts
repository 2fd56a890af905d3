import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { waiting } from '../../deploying/settle.js';
import { usageError } from '../../errors.js';
import { parseAssignments } from '../../parsing/assignments.js';
import { readFileAssignments } from '../../parsing/file-assignments.js';
import { changeConfig, type ChangeOptions } from './change.js';
import { applying, scoped } from './scope.js';

export interface SetOptions extends ChangeOptions {
  readonly file?: string[];
}

export const options = (command: Command): Command =>
  withFiles(applying(scoped(waiting(command)))).argument('[NAME=value...]', 'variables of the app in this environment');

export const withFiles = (command: Command): Command =>
  command.option('--file <PATH=@FILE>', 'a file that the app finds at $BERTH_FILES/PATH; may be repeated', collected);

const collected = (text: string, former: readonly string[] = []): string[] => [...former, text];

export async function run(context: Context, given: SetOptions, texts: string[]): Promise<void> {
  const set = { ...parseAssignments(texts), ...(await readFileAssignments(context.io.folder, given.file ?? [])) };
  if (Object.keys(set).length === 0) throw usageError('Say what to set: NAME=value or --file PATH=@FILE.');
  await changeConfig(context, { set, unset: [] }, given);
}
