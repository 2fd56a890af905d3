import { areInTheWay, bytesIn, filePathOf, isFileName } from '@berth/contracts/common';
import type { ConfigFile } from '@berth/contracts/deployment';
import type { DesiredFile } from '@berth/contracts/runtime';
import { pointerOf } from '@berth/service-kit';
import { configErrors } from './config.errors.js';
import type { ConfigEntries } from './config-version.js';

/** What is a file, and no secret. */
export const plainFiles = (entries: ConfigEntries): ConfigFile[] =>
  Object.entries(entries)
    .flatMap(([name, entry]) =>
      isFileName(name) && 'value' in entry ? [{ name, bytes: bytesIn(entry.value), content: entry.value }] : [],
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/**
 * Lays what is said nearer, or later, over what was there. A file takes the place of those that would have to be a folder
 * for it, and of those that it would have to be a folder for.
 */
export function overlaid<Value>(
  below: Readonly<Record<string, Value>>,
  above: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const files = Object.keys(above).filter(isFileName);
  const kept = Object.entries(below).filter(([name]) => !files.some((file) => areInTheWay(file, name)));
  return { ...Object.fromEntries(kept), ...above };
}

/** @throws 422 with a pointer to the file of `set` that would have to be a folder for another, or lie in one */
export function requireFilesApart(entries: ConfigEntries, set: ConfigEntries): void {
  const files = Object.keys(entries).filter(isFileName);
  for (const name of Object.keys(set)) {
    const other = files.find((file) => areInTheWay(file, name));
    if (other === undefined) continue;
    const detail = `${name} and ${other} cannot both be there: one would be a folder and a file. Unset the other one.`;
    throw configErrors.FileInTheWay(detail, { pointer: pointerOf(['set', name]) });
  }
}

/** What processes get: variables, and files below their folder, in an order that is always the same. */
export interface Given {
  readonly environment: Record<string, string>;
  readonly files?: DesiredFile[];
}

/** `values`: of files in base64. */
export function givenIn(values: Readonly<Record<string, string>>): Given {
  const [environment, files]: [Record<string, string>, DesiredFile[]] = [{}, []];
  for (const [name, value] of Object.entries(values)) {
    if (isFileName(name)) files.push({ path: filePathOf(name), content: value });
    else environment[name] = value;
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { environment, ...(files.length > 0 && { files }) };
}
