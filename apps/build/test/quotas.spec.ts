import {
  organizationCreated,
  organizationQuotaChanged,
  organizationSnapshot,
  type Quota,
} from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { temporaryFolder } from './support/folders.js';
import { type Deployment, Platform } from './support/platform.js';
import { Repository } from './support/repository.js';

let platform: Platform;
let url: string;
beforeAll(async () => {
  platform = await Platform.start({ BUILD_CONCURRENCY: '4' });
  const files = { Procfile: 'web: ./run', 'berth.yaml': JSON.stringify({ build: { command: 'sleep 600' } }) };
  url = (await Repository.create(await temporaryFolder(), files)).url;
});
afterAll(() => platform.close());

const quota = (buildsAtOnce: number): Quota => ({
  ...{ projects: 9, environments: 9, apps: 9, cpuMillicores: 9_000, memoryMib: 9_000 },
  buildsAtOnce,
});
const founded = async (buildsAtOnce: number): Promise<string> => {
  const organizationId = v7();
  const data = { organizationId, slug: 'acme', ownerId: v7(), quota: quota(buildsAtOnce) };
  await platform.sayOfOrganization(organizationCreated, data);
  await limited(organizationId, buildsAtOnce);
  return organizationId;
};
const limited = (organizationId: string, atOnce: number) =>
  eventually(async () => {
    const rows = await platform.service.database.query('select at_once from work_group_limit where work_group = $1', [
      organizationId,
    ]);
    expect(rows).toEqual([{ at_once: atOnce }]);
  });
const requested = (organizationId: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => platform.request({ url, like: { organizationId } as Deployment })));
const statuses = async (organizationId: string): Promise<Record<string, number>> => {
  const rows = await platform.service.database.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from build where organization_id = $1 group by status',
    [organizationId],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
};
const inWork = (organizationId: string, building: number, queued: number) =>
  eventually(
    async () => expect(await statuses(organizationId)).toEqual({ building, ...(queued > 0 ? { queued } : {}) }),
    { within: 60_000 },
  );

describe('builds at once', () => {
  it('end at the quota of the organization, and more begin as soon as it is raised', async () => {
    const organizationId = await founded(1);
    const builds = await requested(organizationId, 3);
    await inWork(organizationId, 1, 2);
    const free = await founded(2);
    builds.push(...(await requested(free, 2)));
    await inWork(free, 2, 0);
    expect(await statuses(organizationId)).toEqual({ building: 1, queued: 2 });

    await platform.sayOfOrganization(organizationQuotaChanged, { organizationId, quota: quota(2) } as never);
    await inWork(organizationId, 2, 1);
    for (const each of builds) await platform.cancel(each);
  });

  it('are what a snapshot says', async () => {
    const organizationId = await founded(2);
    const data = { organizationId, slug: 'acme', status: 'active', memberships: [], quota: quota(3) };
    await platform.sayOfOrganization(organizationSnapshot, data);
    await limited(organizationId, 3);
  });

  it('of an organization that may not build at all fail at once and say why', async () => {
    const organizationId = await founded(0);
    const [build] = await requested(organizationId, 1);
    const failed = await platform.ended(build!);
    expect(failed).toMatchObject({ status: 'failed', failure: { cause: 'quota_exceeded' } });
    expect((await platform.event(build!, 'build.failed')).data).toMatchObject({ failure: { cause: 'quota_exceeded' } });
  });
});
