import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredVolume, DesiredWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VolumeFolders } from '../src/workloads/volume-folders.js';
import { desiredOf, nextRelease, TestAgent, web } from './support/test-agent.js';

const MIB = 1_048_576;
/** Writes down each of its starts, and that there was another one at the same time. */
const keeper = `
  const fs = require('node:fs');
  const folder = process.env.BERTH_VOLUME_MY_DATA;
  const note = (text) => fs.appendFileSync(folder + '/notes', text + ' ');
  note(fs.existsSync(folder + '/lock') ? 'twice' : 'begun');
  fs.writeFileSync(folder + '/lock', '');
  require('node:http').createServer((_, response) => response.end('here')).listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => setTimeout(() => { fs.rmSync(folder + '/lock'); note('ended'); process.exit(0); }, 400));`;

const volumeOf = (over: Partial<DesiredVolume> = {}): DesiredVolume => ({
  ...{ id: randomUUID(), name: 'my-data', mountPath: '/data', sizeMib: 8, initialMib: 8, storageClass: null },
  ...{ isPerInstance: false, copies: 1, ...over },
});

describe('a volume of a local workload', () => {
  let agent: TestAgent;
  beforeAll(async () => (agent = await TestAgent.start()));
  afterAll(() => agent.dispose());

  const root = () => join(agent.folder, 'agent/volumes');
  const folderOf = ({ workloadId }: DesiredWorkload, { id }: DesiredVolume) => join(root(), workloadId, id);
  const slug = (version: string) => agent.slug(version, { 'keeper.js': keeper });
  const keeping = (volumes: DesiredVolume[]) => web('node keeper.js', { volumes });
  const start = async (volume: DesiredVolume) => {
    const desired = desiredOf(slug('v1'), [keeping([volume])]);
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId);
    return desired;
  };
  const notes = (desired: DesiredWorkload, volume: DesiredVolume) =>
    readFileSync(join(folderOf(desired, volume), 'notes'), 'utf8').trim();

  it('stays through releases, and never has two writers', async () => {
    const volume = volumeOf();
    const first = await start(volume);
    const second = nextRelease(first, slug('v2'));
    await agent.client.apply(second);
    await agent.until(second.workloadId, ({ instances }) =>
      expect(instances.map(({ release, state }) => `${state} v${release}`)).toEqual(['ready v2']),
    );
    expect(notes(second, volume)).toBe('begun ended begun');
    expect((await agent.client.observe(second.workloadId)).volumes).toEqual([{ id: volume.id, bytes: 8 * MIB }]);
    await agent.remove(second.workloadId);
    await eventually(() => expect(existsSync(join(root(), second.workloadId))).toBe(false));
  });

  it('outlives the agent, and is removed with a workload of which the agent knows nothing any more', async () => {
    const volume = volumeOf();
    const desired = await start(volume);
    await agent.close();
    await agent.start();
    expect(notes(desired, volume)).toBe('begun ended');
    expect(statSync(join(root(), desired.workloadId)).mode & 0o777).toBe(0o700);
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId);
    expect(notes(desired, volume)).toBe('begun ended begun');
    await agent.close();
    await agent.start();
    expect((await agent.client.call('DELETE', `/workloads/${desired.workloadId}`)).status).toBe(202);
    expect(readdirSync(root())).toEqual([]);
  });

  it('is told of with what it holds, apart from what its instance holds itself', async () => {
    const volume = volumeOf();
    const desired = await start(volume);
    writeFileSync(join(folderOf(desired, volume), 'large'), Buffer.alloc(3 * MIB));
    const [stats] = await agent.client.stats(desired.workloadId);
    expect(stats).toMatchObject({
      ...{ volumes: [{ id: volume.id, capacityBytes: 8 * MIB }], sources: { usage: 'runtime', storage: 'runtime' } },
    });
    expect(stats?.volumes[0]?.usedBytes).toBeGreaterThanOrEqual(3 * MIB);
    expect(stats?.volumes[0]?.usedBytes).toBeLessThan(4 * MIB);
    expect(stats?.storageBytes).toBeLessThan(3 * MIB);
    await agent.remove(desired.workloadId);
  });

  it('goes when it is wanted no more and no instance has it', async () => {
    const [kept, gone] = [volumeOf(), volumeOf({ name: 'gone' })];
    const both = desiredOf(slug('v1'), [keeping([kept, gone])]);
    await agent.client.apply(both);
    await agent.untilReady(both.workloadId);
    expect(existsSync(folderOf(both, gone))).toBe(true);
    const less = { ...both, generation: 2, restartToken: 'another', processes: [keeping([kept])] };
    await agent.client.apply(less);
    await eventually(async () => {
      const { instances, volumes } = await agent.client.observe(less.workloadId);
      expect(volumes).toEqual([{ id: kept.id, bytes: 8 * MIB }]);
      expect(instances.map(({ restartToken }) => restartToken)).toEqual(['another']);
    });
    expect(existsSync(folderOf(less, gone))).toBe(false);
    await agent.untilReady(less.workloadId);
    expect(notes(less, kept)).toContain('begun ended begun');
    await agent.remove(less.workloadId);
  });
});

describe('folders of volumes', () => {
  const root = mkdtempSync(join(tmpdir(), 'berth-volumes-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const isRoot = process.getuid?.() === 0;

  it('belong to whom the processes run as now, with all that is in them', async () => {
    const [folders, volume] = [new VolumeFolders(root), volumeOf()];
    const path = join(root, 'shop', volume.id);
    mkdirSync(join(path, 'deep'), { recursive: true });
    writeFileSync(join(path, 'deep/file'), 'kept');
    const identity = { uid: isRoot ? 200_123 : process.getuid!(), gid: isRoot ? 200_123 : process.getgid!() };
    await folders.make('shop', [volume], identity);
    for (const each of [path, join(path, 'deep'), join(path, 'deep/file')])
      expect(statSync(each).uid).toBe(identity.uid);
    expect(readFileSync(join(path, 'deep/file'), 'utf8')).toBe('kept');
  });

  it('are made anew only after their removal has ended', async () => {
    const [folders, volume] = [new VolumeFolders(root), volumeOf()];
    await folders.make('again', [volume], undefined);
    const path = join(root, 'again', volume.id);
    for (let index = 0; index < 200; index++) writeFileSync(join(path, String(index)), '');
    const removal = folders.remove('again');
    await folders.make('again', [volume], undefined);
    await removal;
    expect(readdirSync(path)).toEqual([]);
  });
});
