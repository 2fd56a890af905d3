import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { waiting } from '../../deploying/settle.js';
import { usageError } from '../../errors.js';
import { isInteractive, readAll } from '../../io.js';
import { parseAssignments } from '../../parsing/assignments.js';
import { readFileAssignments } from '../../parsing/file-assignments.js';
import { askHidden } from '../auth/credentials.js';
import { changeSecrets } from '../config/change.js';
import { applying, scoped } from '../config/scope.js';
import { type SetOptions, withFiles } from '../config/set.js';

export const options = (command: Command): Command =>
  withFiles(applying(scoped(waiting(command)))).argument(
    '[NAME...]',
    'NAME reads its value from stdin or asks; NAME=value also works',
  );

export async function run(context: Context, given: SetOptions, texts: string[]): Promise<void> {
  await changeSecrets(context, { set: await secretsOf(context, given, texts), unset: [], revokeFormer: false }, given);
}

/** Files, values, or both. */
export async function secretsOf(
  context: Context,
  { file = [] }: SetOptions,
  texts: string[],
): Promise<Record<string, string>> {
  const files = await readFileAssignments(context.io.folder, file);
  if (texts.length > 0) return { ...files, ...(await valuesOf(context, texts)) };
  if (file.length === 0) throw usageError('Say what to set: NAME or --file PATH=@FILE.');
  return files;
}

/** One is asked for or read; several stand on the command line. */
async function valuesOf({ io, out }: Context, texts: string[]): Promise<Record<string, string>> {
  const [name, another] = texts;
  if (name !== undefined && another === undefined && !name.includes('=')) {
    const value = isInteractive(io)
      ? await askHidden(io, `Value of ${name}`)
      : (await readAll(io.stdin)).replace(/\r?\n$/, '');
    if (value === '') throw usageError(`No value for ${name} came on stdin.`);
    return { [name]: value };
  }
  if (texts.some((text) => !text.includes('=')))
    throw usageError('Only one value can be read: set one secret at a time.');
  out.warn("Values on the command line stay in the shell's history. Safer: berth secrets set NAME < file");
  return parseAssignments(texts);
}
