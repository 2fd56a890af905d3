import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Upload } from '@berth/contracts/build';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from 'tar';
import { v7 } from 'uuid';
import { temporaryFolder, writeFiles } from './support/folders.js';
import { Platform } from './support/platform.js';

let platform: Platform;
let folder: string;
const limit = 200_000;

beforeAll(async () => {
  folder = await temporaryFolder();
  platform = await Platform.start({ UPLOAD_MAX_BYTES: String(limit), SOURCE_MAX_BYTES: String(2 * limit) });
});
afterAll(() => platform.close());

const archiveOf = async (files: Readonly<Record<string, string>>): Promise<Buffer> => {
  const place = join(folder, v7());
  await writeFiles(place, files);
  return buffer(Readable.from(create({ cwd: place, gzip: true }, ['.'])));
};
const app = { 'package.json': '{"scripts":{"start":"node server.js"}}', 'server.js': '' };

const send = (
  organizationId: string,
  token: string,
  body: string | Buffer,
  init: { type?: string; query?: string } = {},
) =>
  platform.fetch(`/v1/uploads?organization=${organizationId}${init.query ?? ''}`, token, {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': init.type ?? 'application/gzip' },
  });
const codeOf = async (response: Response): Promise<unknown[]> => [
  response.status,
  ((await response.json()) as { code: string }).code,
];
const leftovers = async (): Promise<string[]> => readdir(join(platform.folder, 'data/uploads')).catch(() => []);

describe('sending a source', () => {
  it('makes an upload that a deployment can build, and that is audited', async () => {
    const organizationId = v7();
    const token = await platform.tokenFor({ organizationId });
    const response = await send(organizationId, token, await archiveOf(app));
    expect(response.status).toBe(201);
    const upload = (await response.json()) as Upload;
    expect(upload).toMatchObject({ organizationId, tree: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const like = await platform.request({ url: '/nonexistent' });
    const source = { kind: 'upload' as const, uploadId: upload.id };
    const built = await platform.ended(await platform.request({ source, like: { ...like, organizationId } }));
    expect(built).toMatchObject({ status: 'succeeded', commit: null, language: 'node' });
    const again = await platform.ended(await platform.request({ source, like: { ...like, organizationId } }));
    expect(again).toMatchObject({ reused: true, artifact: built.artifact });
    const [audit] = await platform.service.database.query('select 1 from audit_entry where organization_id = $1', [
      organizationId,
    ]);
    expect(audit).toBeDefined();
    expect(await leftovers()).toEqual([]);
  });

  it('of the same files twice gives the same tree', async () => {
    const organizationId = v7();
    const token = await platform.tokenFor({ organizationId });
    const trees = [];
    for (let index = 0; index < 2; index += 1)
      trees.push(((await (await send(organizationId, token, await archiveOf(app))).json()) as Upload).tree);
    expect(trees[0]).toBe(trees[1]);
  });

  it('is of no use to another organization', async () => {
    const organizationId = v7();
    const upload = (await (
      await send(organizationId, await platform.tokenFor({ organizationId }), await archiveOf(app))
    ).json()) as Upload;
    const found = await platform.ended(await platform.request({ source: { kind: 'upload', uploadId: upload.id } }));
    expect(found.failure?.cause).toBe('source_not_found');
  });

  it('needs a role that may', async () => {
    const organizationId = v7();
    await platform.identity.organization({ id: organizationId });
    const viewer = await platform.identity.member(organizationId, 'viewer');
    const stranger = await platform.tokenFor({ organizationId: v7() });
    const body = await archiveOf(app);
    expect((await send(organizationId, viewer, body)).status).toBe(403);
    expect((await send(organizationId, stranger, body)).status).toBe(404);
    expect((await send(organizationId, 'nonsense', body)).status).toBe(401);
  });

  it('may be done by a developer of the project alone', async () => {
    const organizationId = v7();
    const project = v7();
    await platform.identity.organization({ id: organizationId });
    const token = await platform.identity.member(organizationId, 'developer', {
      scope: { kind: 'project', id: project },
    });
    expect((await send(organizationId, token, await archiveOf(app))).status).toBe(403);
    expect((await send(organizationId, token, await archiveOf(app), { query: `&project=${project}` })).status).toBe(
      201,
    );
  });
});

describe('a source that is refused', () => {
  let organizationId: string;
  let token: string;
  beforeAll(async () => {
    organizationId = v7();
    token = await platform.tokenFor({ organizationId });
  });

  it('is one that is too large, as it comes or unpacked', async () => {
    const random = Array.from({ length: 60_000 }, () => Math.random().toString(36).slice(2)).join('');
    expect(await codeOf(await send(organizationId, token, await archiveOf({ big: random })))).toEqual([
      413,
      'upload_too_large',
    ]);
    expect(await codeOf(await send(organizationId, token, await archiveOf({ zeros: '0'.repeat(3 * limit) })))).toEqual([
      413,
      'upload_too_large',
    ]);
  });

  it('is no archive, or none at all', async () => {
    expect(await codeOf(await send(organizationId, token, 'not gzip'))).toEqual([422, 'upload_refused']);
    expect(await codeOf(await send(organizationId, token, ''))).toEqual([422, 'upload_refused']);
    expect((await send(organizationId, token, '{}', { type: 'application/json' })).status).toBe(415);
    expect((await send(organizationId, token, 'x', { type: 'text/html' })).status).toBe(415);
  });

  it('names no organization', async () => {
    const response = await platform.fetch('/v1/uploads', token, {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'application/gzip' },
    });
    expect(response.status).toBe(422);
    expect((await send('nonsense', token, 'x')).status).toBe(422);
    expect((await send(organizationId, token, 'x', { query: '&other=1' })).status).toBe(422);
  });

  it('leaves nothing behind, also when its sender goes away', async () => {
    const controller = new AbortController();
    const endless = new ReadableStream({
      pull: async (stream) => {
        if (controller.signal.aborted) return stream.close();
        stream.enqueue(new Uint8Array(1_000));
        await new Promise((resolve) => setTimeout(resolve, 10));
      },
    });
    const sending = platform
      .fetch(`/v1/uploads?organization=${organizationId}`, token, {
        method: 'POST',
        body: endless,
        duplex: 'half',
        signal: controller.signal,
        headers: { 'content-type': 'application/gzip' },
      })
      .catch((error: Error) => error.name);
    await eventually(async () => expect(await leftovers()).toHaveLength(1));
    controller.abort();
    expect(await sending).toBe('AbortError');
    await eventually(async () => expect(await leftovers()).toEqual([]));
  });
});
