import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schemas } from '@berth/api-client';
import { create } from 'tar';
import type { Context } from '../context.js';
import { usageError } from '../errors.js';
import { bytes } from '../output/format.js';
import { sourceFiles } from './source-files.js';

/** Sends a folder as a source and answers the upload's id. */
export async function uploadSource(context: Context, app: Schemas['App'], folder: string): Promise<string> {
  const files = await sourceFiles(folder);
  if (files.length === 0) throw usageError(`There is nothing to deploy in ${folder}.`);
  const drafts = await mkdtemp(join(tmpdir(), `berth-source-${process.pid}-`));
  try {
    const archive = join(drafts, 'source.tar.gz');
    // Portable: no user names or ids of this machine travel along.
    await create({ cwd: folder, file: archive, gzip: true, portable: true, noDirRecurse: true }, files.map(literal));
    const { size } = await stat(archive);
    context.out.note(`Uploading ${files.length} files, ${bytes(size)}`);
    const query = { organization: app.organizationId, project: app.projectId };
    return (await context.client.upload(query, await openAsBlob(archive), context.signal)).id;
  } finally {
    await rm(drafts, { recursive: true, force: true });
  }
}

/** tar takes a leading @ for "the entries of that archive". */
const literal = (path: string): string => (path.startsWith('@') ? `./${path}` : path);
