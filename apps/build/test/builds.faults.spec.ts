import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@berth/testing';
import type { Readable } from 'node:stream';
import type { StoredBlob } from '../src/artifacts/blob-store.js';
import { FileBlobStore } from '../src/artifacts/file-blob-store.js';
import { BLOB_STORE } from '../src/artifacts/blob-store.token.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from './support/folders.js';
import { Platform } from './support/platform.js';
import { Repository } from './support/repository.js';

const platforms: Platform[] = [];
afterEach(async () => {
  for (const platform of platforms.splice(0).reverse()) await platform.close();
});

/** Fails as often as it is told to, then stores. */
class FailingStore extends FileBlobStore {
  attempts = 0;

  constructor(
    folder: string,
    private readonly failures: number,
    private readonly code: string,
  ) {
    super(folder);
  }

  override async write(content: Readable): Promise<StoredBlob> {
    this.attempts += 1;
    if (this.attempts <= this.failures) throw Object.assign(new Error('the store failed'), { code: this.code });
    return super.write(content);
  }
}

const app = { 'package.json': '{"scripts":{"start":"node server.js"}}', 'server.js': '' };
const start = async (store?: FailingStore, environment: Record<string, string> = {}): Promise<Platform> => {
  const platform = await Platform.start(environment, store ? [[BLOB_STORE, store]] : []);
  platforms.push(platform);
  return platform;
};
const repository = async (): Promise<string> => (await Repository.create(await temporaryFolder(), app)).url;

describe('a store that fails', () => {
  it('for a moment costs another try, and the owner does not notice', async () => {
    const store = new FailingStore(await temporaryFolder(), 1, 'ECONNRESET');
    const platform = await start(store);
    const deployment = await platform.request({ url: await repository() });
    expect((await platform.ended(deployment)).status).toBe('succeeded');
    expect(store.attempts).toBe(2);
    await platform.event(deployment, 'build.succeeded');
    expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.succeeded']);
  });

  it('again and again ends the build as a failure of the platform, not of the app', async () => {
    const store = new FailingStore(await temporaryFolder(), 100, 'ECONNRESET');
    const platform = await start(store);
    const found = await platform.ended(await platform.request({ url: await repository() }));
    expect(found).toMatchObject({ status: 'failed', failure: { cause: 'internal' } });
    expect(JSON.stringify(found.failure)).not.toContain('the store failed');
    expect(store.attempts).toBe(3);
  });

  it('because it is full says so at once, and the platform goes on', async () => {
    const store = new FailingStore(await temporaryFolder(), 1, 'ENOSPC');
    const platform = await start(store);
    const url = await repository();
    const first = await platform.request({ url });
    expect((await platform.ended(first)).failure?.cause).toBe('storage_full');
    expect((await platform.ended(await platform.request({ url, like: first }))).status).toBe('succeeded');
  });
});

describe('two replicas', () => {
  it('share the work and do nothing twice', async () => {
    const one = await start();
    const other = await Platform.join(one, {
      DATA_FOLDER: join(one.folder, 'second'),
      BLOB_FOLDER: join(one.folder, 'store'),
    });
    platforms.push(other);
    const url = await repository();
    const deployments = [];
    for (let index = 0; index < 8; index += 1) deployments.push(await one.request({ url }));
    for (const deployment of deployments) {
      expect((await one.ended(deployment)).status).toBe('succeeded');
      await one.event(deployment, 'build.succeeded');
      expect(one.typesOf(deployment)).toEqual(['build.started', 'build.succeeded']);
    }
  });
});

describe('a replica that is stopped', () => {
  it('ends the processes of its build and hands it back, and another one builds it from the start', async () => {
    const front = await start(undefined, { ROLE: 'api' });
    const replica = (name: string) => Platform.join(front, { DATA_FOLDER: join(front.folder, name) });
    const command = 'case "$HOME" in */first/*) echo hanging; sleep 600;; esac; echo finished';
    const files = { Procfile: 'web: ./run', 'berth.yaml': JSON.stringify({ build: { command } }) };
    const first = await replica('first');
    const deployment = await front.request({ url: (await Repository.create(await temporaryFolder(), files)).url });
    await eventually(async () => expect(await front.log(deployment)).toContain('hanging'));
    await first.close();
    expect(await readdir(join(front.folder, 'first/work'))).toEqual([]);
    expect(await readdir(join(front.folder, 'first/ledger'))).toEqual([]);
    platforms.push(await replica('second'));
    expect((await front.ended(deployment)).status).toBe('succeeded');
    expect(await front.log(deployment)).toEqual(
      expect.arrayContaining(['The build was cut off and starts over.', 'finished']),
    );
    await front.event(deployment, 'build.succeeded');
    expect(front.typesOf(deployment)).toEqual(['build.started', 'build.succeeded']);
  });

  it('does not charge for what it took: only the run that came to an end counts', async () => {
    const front = await start(undefined, { ROLE: 'api' });
    const replica = (name: string) => Platform.join(front, { DATA_FOLDER: join(front.folder, name) });
    const command = `case "$HOME" in */first/*) node -e 'for (;;);';; esac`;
    const files = { Procfile: 'web: ./run', 'berth.yaml': JSON.stringify({ build: { command } }) };
    const first = await replica('first');
    const deployment = await front.request({ url: (await Repository.create(await temporaryFolder(), files)).url });
    const taken = async () => {
      const sql = 'select cpu_milliseconds::int as taken from build where id = $1';
      const [row] = await front.service.database.query<{ taken: number }>(sql, [deployment.buildId]);
      return row?.taken ?? 0;
    };
    await eventually(async () => expect(await taken()).toBeGreaterThanOrEqual(1_000), { within: 120_000 });
    await first.close();
    platforms.push(await replica('second'));
    expect((await front.ended(deployment)).status).toBe('succeeded');
    expect(await taken()).toBeLessThan(1_000);
  }, 600_000);
});
