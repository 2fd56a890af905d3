import type { Deployment, Workload } from '@berth/contracts/deployment';
import type { Costs, Usage } from '@berth/contracts/metering';
import type { ObservedInstance } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CommandLine } from '../support/command-line.js';
import { type Stretch, stretchesOf, usageOf } from '../support/expected-usage.js';
import type { Platform } from '../support/platform.js';
import { Repository, webApp } from '../support/repository.js';
import { onDatabase, rowsOf } from '../support/stored.js';

/** Of the default price book, per hour. */
const CORE_HOUR = 0.028;
const GIB_HOUR = 0.007;

/** Lets every service handle again what the bus keeps. Answers when metering has read all that it kept. */
export type Replay<Kind extends Platform> = (platform: Kind) => Promise<Kind>;

/** What usage is, to the last unit, on either composition of the platform. */
export function usageSuite<Kind extends Platform>(start: () => Promise<Kind>, replay: Replay<Kind>): void {
  jest.setTimeout(300_000);

  let berth: Kind;
  let admin: CommandLine;
  let workloadId: string;
  let stretches: Stretch[];
  let usage: Usage;
  let costs: Costs;

  const IN_STAGING = ['--env', 'staging'];
  const run = (...args: string[]) => admin.run([...args, ...IN_STAGING]);
  const instances = () => admin.json<ObservedInstance[]>(['ps', ...IN_STAGING]);

  /** Until exactly these process types serve, and nothing else is there. */
  const untilServing = (...types: string[]) =>
    eventually(
      async () => {
        const seen = await instances();
        expect(seen.map(({ processType }) => processType).sort()).toEqual(types);
        expect(seen.every(({ readySince }) => readySince !== null)).toBe(true);
      },
      { within: 60_000 },
    );

  const readUsage = () => admin.json<Usage>(['usage', '--by', 'process']);
  const readCosts = () => admin.json<Costs>(['costs', '--by', 'process']);

  beforeAll(async () => {
    berth = await start();
    admin = await CommandLine.at(berth.url);
    const { email, password } = berth.administrator();
    await admin.run(['login', '--email', email, '--password-stdin'], password);
    const repository = await Repository.make(webApp('one'));
    for (const made of [
      ['orgs', 'acme'],
      ['projects', 'shop'],
      ['envs', 'staging'],
    ] as const)
      await admin.run([made[0], 'create', made[1]]);
    await admin.run(['apps', 'create', 'web', '--git', repository.url]);
    await run('deploy', '--wait');
    await run('ps', 'scale', 'web=3');
    await untilServing('web', 'web', 'web');
    await repository.commit(webApp('two'));
    await run('deploy', '--wait');
    await untilServing('web', 'web', 'web');
    await run('ps', 'scale', 'web', '--cpu', '300m', '--memory', '300Mi', '--wait');
    await run('ps', 'scale', 'web=1', 'worker=1');
    await untilServing('web', 'worker');
    await run('ps', 'restart');
    await untilServing('web', 'worker');
    await run('ps', 'stop');
    await untilServing();
    const [status] = await admin.json<{ workload: Workload }[]>(['status', ...IN_STAGING]);
    workloadId = status?.workload.id ?? '';
  });
  afterAll(() => berth.stopAndRemove());

  describe('what is told about a workload', () => {
    it('ends with nothing once it is stopped', async () => {
      stretches = await eventually(async () => {
        const found = stretchesOf(await berth.events(), workloadId, Infinity);
        expect(found.at(-1)?.entries).toEqual([]);
        return found;
      });
    });

    it('says what was there at each time, release after release, and never counts a replacement twice', () => {
      const web = stretches.map(({ entries }) =>
        entries
          .filter(({ processType }) => processType === 'web')
          .map(({ release, instances: count }) => [release, count]),
      );
      const steps = web.filter((step, at) => JSON.stringify(step) !== JSON.stringify(web[at - 1]));
      const total = (step: number[][]) => step.reduce((sum, [, count]) => sum + (count ?? 0), 0);
      expect(steps[0]).toEqual([[1, 1]]);
      expect(steps).toEqual(expect.arrayContaining([[[1, 3]], [[2, 3]], [[3, 3]], [[3, 1]], []]));
      expect(Math.max(...steps.map(total))).toBe(3);
    });

    it('begins and ends when the timeline of the deployments says so', async () => {
      const deployments = (await admin.json<Deployment[]>(['deployments', 'list', ...IN_STAGING])).reverse();
      for (const { release, timeline } of deployments) {
        const at = (status: string) => Date.parse(timeline.find((each) => each.to === status)?.at ?? '');
        const first = stretches.find(({ entries }) => entries.some((entry) => entry.release === release));
        expect(first?.from).toBeGreaterThanOrEqual(at('rolling'));
        expect(first?.from).toBeLessThanOrEqual(at('live'));
      }
      const ends = stretches.map(({ from }) => from);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    });
  });

  describe('berth usage', () => {
    it('shows whole core-seconds and byte-seconds, exactly those that were told', async () => {
      usage = await eventually(
        async () => {
          const read = await readUsage();
          expect(read.waitingWorkloads).toBe(0);
          expect(BigInt(read.total.byteSeconds)).toBe(usageOf(stretches.slice(0, -1)).byteSeconds);
          return read;
        },
        { within: 60_000 },
      );
      const expected = usageOf(stretches.slice(0, -1));
      expect(usage.total).toMatchObject({
        millicoreSeconds: String(expected.millicoreSeconds),
        byteSeconds: String(expected.byteSeconds),
      });
      expect(expected.millicoreSeconds).toBeGreaterThan(1_000n);
    });

    it('tells process types apart, each exact', () => {
      for (const type of ['web', 'worker']) {
        const expected = usageOf(stretches.slice(0, -1), (each) => each === type);
        expect(usage.items.filter(({ processType }) => processType === type)).toEqual([
          expect.objectContaining({
            millicoreSeconds: String(expected.millicoreSeconds),
            byteSeconds: String(expected.byteSeconds),
          }),
        ]);
      }
    });

    it('prints them for people', async () => {
      const { out } = await admin.run(['usage']);
      const digits = out.replaceAll(/(?<=\d)\s(?=\d{3})/g, '');
      expect(digits).toContain(String(BigInt(usage.total.millicoreSeconds) / 1_000n));
      expect(digits).toContain(usage.total.byteSeconds);
    });

    it('is priced with the default price book', async () => {
      costs = await readCosts();
      expect(costs).toMatchObject({ currency: 'EUR', priceBook: 'default' });
      for (const type of ['web', 'worker']) {
        const exact = usageOf(stretches.slice(0, -1), (each) => each === type);
        const line = costs.items.find(({ processType }) => processType === type);
        const cpu = (Number(exact.millicoreSeconds) / 1_000 / 3_600) * CORE_HOUR;
        const memory = (Number(exact.byteSeconds) / 2 ** 30 / 3_600) * GIB_HOUR;
        expect(Number(line?.cpu)).toBeCloseTo(cpu, 7);
        expect(Number(line?.memory)).toBeCloseTo(memory, 7);
        expect(Number(line?.cpu)).toBeGreaterThan(0);
      }
    });
  });

  describe('after the bus was replayed', () => {
    const tables = ['inbox', 'span', 'metered_resource', 'usage_anomaly', 'allocation_gap', 'metered_workload'];

    it('usage that was lost is what it was', async () => {
      const sql = `truncate ${[...tables, 'accepted_event'].join(', ')} cascade`;
      await onDatabase(berth.databaseUrl('metering'), (client) => client.query(sql));
      expect((await readUsage()).items).toEqual([]);
      berth = await replay(berth);
      await sameAsBefore();
    });

    it('a second time, nothing changes', async () => {
      berth = await replay(berth);
      await sameAsBefore();
    });

    async function sameAsBefore(): Promise<void> {
      const { items, total } = await readUsage();
      expect({ items, total }).toEqual({ items: usage.items, total: usage.total });
      const priced = await readCosts();
      expect({ items: priced.items, total: priced.total }).toEqual({ items: costs.items, total: costs.total });
      expect(await untouched()).toEqual([]);
    }

    /** Events that could not be handled a second time. */
    const untouched = () => rowsOf(berth.databaseUrl('metering'), 'select error from dead_letter');
  });
}
