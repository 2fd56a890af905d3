import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../errors.js';
import { requireDistinct } from './assignments.js';

/** `PATH=@FILE ...`: where the app finds it below its folder of files, and what is in it. Answers contents in base64, by name. */
export async function readFileAssignments(folder: string, texts: readonly string[]): Promise<Record<string, string>> {
  const pairs = texts.map(parse);
  requireDistinct(pairs.map(([name]) => name));
  const read = async ([name, file]: readonly [string, string]) => [name, await contentOf(resolve(folder, file))];
  return Object.fromEntries(await Promise.all(pairs.map(read)));
}

function parse(text: string): readonly [string, string] {
  const [, path, file] = /^([^=]+)=@(.+)$/.exec(text) ?? [];
  if (path === undefined || file === undefined)
    throw usageError(`"${text}" is no file: write PATH=@FILE, for instance tls/key.pem=@key.pem.`);
  return [path.startsWith('./') ? path : `./${path}`, file];
}

async function contentOf(file: string): Promise<string> {
  const content = await readFile(file).catch((error: unknown) => {
    throw usageError(`"${file}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  return content.toString('base64');
}
