import type { Tx } from '@berth/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { create } from 'tar';
import { v7 } from 'uuid';
import { UploadsRepository } from '../src/uploads/uploads.repository.js';
import { temporaryFolder, writeFiles } from './support/folders.js';
import { Platform } from './support/platform.js';

let platform: Platform;
let uploads: UploadsRepository;
let archive: Buffer;
const [ours, neighbour] = [v7(), v7()];

beforeAll(async () => {
  platform = await Platform.start();
  uploads = platform.service.app.get(UploadsRepository, { strict: false });
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'server.js': '' });
  archive = await buffer(Readable.from(create({ cwd: folder, gzip: true }, ['.'])));
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => platform.close());

async function send(organizationId: string): Promise<number> {
  const token = await platform.tokenFor({ organizationId });
  const headers = { 'content-type': 'application/gzip' };
  const init = { method: 'POST', body: archive, headers };
  return (await platform.fetch(`/v1/uploads?organization=${organizationId}`, token, init)).status;
}
const owners = async () => {
  const rows = await platform.service.database.query<{ id: string }>('select organization_id as id from upload');
  return new Set(rows.map(({ id }) => id));
};
/** As the route would write that takes an upload, had somebody put a statement into it that forgets whose uploads it means. */
const forgetful = () => {
  const insert = uploads.insert.bind(uploads);
  jest.spyOn(uploads, 'insert').mockImplementation(async (tx: Tx, upload) => {
    await tx.query('delete from upload');
    await insert(tx, upload);
  });
};

describe('a route whose statement forgets the organization', () => {
  it('takes nothing from a neighbour, which it would without the wall', async () => {
    expect([await send(ours), await send(neighbour)]).toEqual([201, 201]);
    forgetful();
    expect(await send(ours)).toBe(201);
    expect(await owners()).toEqual(new Set([ours, neighbour]));
    await platform.service.database.query('alter table upload no force row level security');
    expect(await send(ours)).toBe(201);
    await platform.service.database.query('alter table upload force row level security');
    expect(await owners()).toEqual(new Set([ours]));
  });

  it('makes nothing for a neighbour', async () => {
    const stranger = v7();
    const insert = uploads.insert.bind(uploads);
    jest
      .spyOn(uploads, 'insert')
      .mockImplementation((tx, upload) => insert(tx, { ...upload, organizationId: stranger }));
    expect(await send(ours)).toBe(500);
    expect(await owners()).not.toContain(stranger);
  });
});
