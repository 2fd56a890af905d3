import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { lockBlob } from '../src/artifacts/blob-lock.js';
import type { BlobStore } from '../src/artifacts/blob-store.js';
import { BLOB_STORE } from '../src/artifacts/blob-store.token.js';
import { retentionKey, retentionQueue } from '../src/retention/retention.reconciler.js';
import { releaseCreated, releaseExpired, workloadDeleted } from '@berth/contracts/events';
import { ReconcileRunner, WorkQueue } from '@berth/reconcile';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { temporaryFolder } from './support/folders.js';
import { type Deployment, Platform } from './support/platform.js';
import { Repository } from './support/repository.js';

let platform: Platform;
beforeAll(async () => (platform = await Platform.start({ ARTIFACT_DAYS: '7', UPLOAD_DAYS: '3', LOG_DAYS: '30' })));
afterAll(() => platform.close());

const query = (sql: string, parameters: readonly unknown[] = []) =>
  platform.service.database.query<Record<string, unknown>>(sql, parameters);
const store = () => platform.service.app.get<BlobStore>(BLOB_STORE);
const fileOf = (digest: string) => join(platform.folder, 'store/blobs/sha256', digest.slice(7, 9), digest.slice(7));
const repository = async (content: string) =>
  (await Repository.create(await temporaryFolder(), { 'index.html': content })).url;
const built = async (content: string, like?: Deployment) => {
  const deployment = await platform.request({ url: await repository(content), ...(like ? { like } : {}) });
  const { artifact } = await platform.ended(deployment);
  return { deployment, digest: artifact!.digest };
};
/** As if it had been made so many days ago. */
const age = async (digest: string, days: number): Promise<void> => {
  const then = new Date(Date.now() - days * 86_400_000);
  await utimes(fileOf(digest), then, then);
  await query(`update build set finished_at = $2 where artifact->>'digest' = $1`, [digest, then]);
};
const sweep = async (): Promise<void> => {
  const { app, database } = platform.service;
  await database.transaction((tx) => app.get(WorkQueue).enqueue(tx, retentionQueue, retentionKey));
  app.get(ReconcileRunner).wake(retentionQueue);
  await eventually(async () => {
    const due = await query(
      `select from work_item left join work_lease using (queue, key)
        where queue = $1 and (due_at <= now() or fence is not null)`,
      [retentionQueue],
    );
    expect(due).toEqual([]);
  });
};
const released = async ({ deployment, digest }: { deployment: Deployment; digest: string }): Promise<string> => {
  const { organizationId, workloadId } = deployment;
  const releaseId = v7();
  const data = {
    organizationId,
    workloadId,
    releaseId,
    number: 1,
    hash: digest,
    artifactDigest: digest,
    configVersion: 0,
  };
  await platform.say(releaseCreated, data);
  await eventually(async () =>
    expect(await query('select from release_reference where release_id = $1', [releaseId])).toHaveLength(1),
  );
  return releaseId;
};
const gone = (sql: string, id: string) => eventually(async () => expect(await query(sql, [id])).toEqual([]));

describe('an artifact', () => {
  it('that no release has goes after its days, and not before', async () => {
    const young = await built('young');
    const old = await built('old');
    await age(young.digest, 6);
    await age(old.digest, 8);
    await sweep();
    expect([await store().has(young.digest), await store().has(old.digest)]).toEqual([true, false]);
    expect(await query(`select from artifact where artifact->>'digest' = $1`, [old.digest])).toEqual([]);
  });

  it('of a release stays however old it is, until the release expires', async () => {
    const kept = await built('kept');
    const releaseId = await released(kept);
    await age(kept.digest, 400);
    await sweep();
    expect(await store().has(kept.digest)).toBe(true);
    const { organizationId, workloadId } = kept.deployment;
    const facts = { organizationId, workloadId, releaseId, number: 1, artifactDigest: kept.digest };
    await platform.say(releaseExpired, facts);
    await gone('select from release_reference where release_id = $1', releaseId);
    await sweep();
    expect(await store().has(kept.digest)).toBe(false);
  });

  it('that two workloads have stays until both are deleted', async () => {
    const shared = await built('shared');
    const other = { ...shared, deployment: { ...shared.deployment, workloadId: v7() } };
    await released(shared);
    await released(other);
    await age(shared.digest, 9);
    for (const [each, stays] of [
      [shared, true],
      [other, false],
    ] as const) {
      const { organizationId, projectId, environmentId, appId, workloadId } = each.deployment;
      await platform.say(workloadDeleted, { organizationId, projectId, environmentId, appId, workloadId });
      await gone('select from release_reference where workload_id = $1', workloadId);
      await sweep();
      expect(await store().has(shared.digest)).toBe(stays);
    }
  });

  it('that nobody ever named, because its writer was killed, goes too', async () => {
    const { digest } = await store().write(Readable.from([Buffer.from('orphan')]));
    await age(digest, 8);
    await sweep();
    expect(await store().has(digest)).toBe(false);
  });

  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query = 'select pg_advisory_xact_lock(hashtextextended($1, 0))'`;
  /** Somebody has the blob in hand; `meanwhile` is called when another one waits for it. */
  const withLocked = (digest: string, begin: () => Promise<unknown>, meanwhile: () => Promise<unknown>) =>
    platform.service.database.transaction(async (tx) => {
      await lockBlob(tx, digest);
      const begun = begin();
      await eventually(async () => expect(await query(waiting)).toHaveLength(1));
      await meanwhile();
      return { begun };
    });

  it('that is removed while a build takes it into use again is built anew', async () => {
    const first = await built('again');
    const { begun } = await withLocked(
      first.digest,
      () => built('again', first.deployment),
      () => store().delete(first.digest),
    );
    await begun;
    expect(await store().has(first.digest)).toBe(true);
  });

  it('that a build takes into use while it is about to be removed stays', async () => {
    const { digest } = await built('rescued');
    await age(digest, 8);
    const rescue = () => query(`update build set finished_at = now() where artifact->>'digest' = $1`, [digest]);
    const { begun } = await withLocked(digest, sweep, rescue);
    await begun;
    expect(await store().has(digest)).toBe(true);
  });
});

describe('an upload', () => {
  const upload = async (blob: string): Promise<string> => {
    const id = v7();
    await query(
      `insert into upload (id, organization_id, project_id, subject_id, blob, tree, size_bytes, created_at)
       values ($1, $1, null, 'me', $2, 't', 1, now() - interval '4 days')`,
      [id, blob],
    );
    return id;
  };

  it('goes after its days with its blob, but not while a build waits for it, nor a blob that another one has', async () => {
    const { digest } = await store().write(Readable.from([Buffer.from('sent')]));
    await age(digest, 8);
    const [first, second] = [await upload(digest), await upload(digest)];
    const { deployment } = await built('of-an-upload');
    await query(`update build set finished_at = null, status = 'queued', artifact = null, source = $2 where id = $1`, [
      deployment.buildId,
      JSON.stringify({ kind: 'upload', uploadId: second }),
    ]);
    await sweep();
    const left = await query('select id from upload where id = any ($1)', [[first, second]]);
    expect(left).toEqual([{ id: second }]);
    expect(await store().has(digest)).toBe(true);
    await query(`update build set status = 'cancelled', finished_at = now() where id = $1`, [deployment.buildId]);
    await sweep();
    expect(await query('select from upload where id = $1', [second])).toEqual([]);
    expect(await store().has(digest)).toBe(false);
  });
});

describe('a log', () => {
  it('goes after its days, the build stays', async () => {
    const { deployment } = await built('logged');
    expect((await platform.log(deployment)).length).toBeGreaterThan(0);
    await query(`update build set finished_at = now() - interval '29 days' where id = $1`, [deployment.buildId]);
    await sweep();
    expect((await platform.log(deployment)).length).toBeGreaterThan(0);
    await query(`update build set finished_at = now() - interval '31 days' where id = $1`, [deployment.buildId]);
    await sweep();
    expect(await platform.log(deployment)).toEqual([]);
    expect((await platform.ended(deployment)).status).toBe('succeeded');
  });
});
