import { resolve } from 'node:path';
import type { Context } from '../context.js';
import { usageError } from '../errors.js';

/** The folder of an app whose source is uploaded: the named one, else the one that is linked to the app. */
export function appFolder({ io, link }: Context, app: string, named: string | undefined): string {
  if (named !== undefined) return resolve(io.folder, named);
  if (link?.app === app) return link.folder;
  throw usageError(`Which folder is ${app}? This one is not linked to it.`, 'Say --dir PATH.');
}
