import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.js';
import { type CgroupFiles, Cgroups, cgroupV2 } from '../src/limits/cgroups.js';
import { delegatedCgroup } from '../src/limits/delegated-cgroup.js';
import { describeEnforcement, type Enforcement } from '../src/limits/enforcement.js';
import { desiredOf, TestAgent, web, worker } from './support/test-agent.js';

const scratch = mkdtempSync(join(tmpdir(), 'berth-limits-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A machine as /proc/self and the cgroup file system show it. */
function machine(own: string, controllers: string | null): { processFolder: string; group: string } {
  const root = mkdtempSync(join(scratch, 'machine-'));
  const group = join(root, 'cgroup/system.slice/berth.service');
  mkdirSync(group, { recursive: true });
  const mount = `30 23 0:26 / ${join(root, 'cgroup')} rw,nosuid shared:4 - cgroup2 cgroup2 rw`;
  writeFileSync(join(root, 'mountinfo'), `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${controllers === null ? '' : mount}\n`);
  writeFileSync(join(root, 'cgroup.txt'), '');
  const processFolder = mkdtempSync(join(scratch, 'self-'));
  writeFileSync(join(processFolder, 'mountinfo'), readFileSync(join(root, 'mountinfo')));
  writeFileSync(join(processFolder, 'cgroup'), `4:memory:/elsewhere\n0::${own}\n`);
  writeFileSync(join(group, 'cgroup.controllers'), `${controllers ?? ''}\n`);
  return { processFolder, group };
}

const OWN = '/system.slice/berth.service/berth';

describe('which limits are in force', () => {
  it('are those of a cgroup that was handed over, with its controllers turned on', () => {
    const { processFolder, group } = machine(OWN, 'cpuset cpu io memory pids');
    expect(delegatedCgroup(processFolder)).toEqual({ kind: 'cgroup', folder: group });
    expect(readFileSync(join(group, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +memory');
  });

  it.each([
    ['no cgroup v2 is mounted', OWN, null],
    ['not started in a delegated cgroup', '/user.slice/user-0.slice/session-1.scope', 'cpu memory'],
    ['the cgroup has no cpu controller', OWN, 'memory pids'],
    ['the cgroup has no cpu and memory controller', OWN, 'hugetlb'],
  ])('are those seen in /proc where %s', (reason, own, controllers) => {
    expect(delegatedCgroup(machine(own, controllers).processFolder)).toEqual({ kind: 'watch', reason });
  });

  it('are those seen in /proc where the group cannot be divided', () => {
    const { processFolder, group } = machine(OWN, 'cpu memory');
    mkdirSync(join(group, 'cgroup.subtree_control'));
    expect(delegatedCgroup(processFolder)).toMatchObject({ kind: 'watch', reason: expect.stringContaining('EISDIR') });
  });

  it('are told by the agent, and in a sentence', async () => {
    const agent = await TestAgent.start();
    const { body } = await agent.client.call('GET', '/status');
    expect(body).toEqual({ enforcement: delegatedCgroup() });
    expect(describeEnforcement({ kind: 'watch', reason: 'because' })).toBe(
      'memory watched, CPU measured but not limited (because)',
    );
    expect(describeEnforcement({ kind: 'cgroup', folder: '/x' })).toBe('memory and CPU by the kernel (cgroup v2)');
    await agent.dispose();
  });
});

describe('the group of an instance', () => {
  it('is given its limits in the words of cgroup v2', () => {
    expect(Object.fromEntries(cgroupV2.limits({ cpuMillicores: 1_500, memoryMib: 256 }))).toEqual({
      'memory.max': '268435456',
      'memory.swap.max': '0',
      'memory.oom.group': '1',
      'cpu.max': '150000 100000',
    });
  });
});

/** The older hierarchies, which are all that some machines offer to write to: the same steps with other file names. */
const cgroupV1: Readonly<Record<'memory' | 'cpu', CgroupFiles>> = {
  memory: {
    limits: ({ memoryMib }) => [['memory.limit_in_bytes', String(memoryMib * 1024 * 1024)]],
    events: 'memory.oom_control',
  },
  cpu: {
    limits: ({ cpuMillicores }) => [
      ['cpu.cfs_period_us', '100000'],
      ['cpu.cfs_quota_us', String(cpuMillicores * 100)],
    ],
    events: 'cpu.stat',
  },
};

interface Playground {
  readonly folder: string;
  readonly files: CgroupFiles;
}

/** Made here, and taken away at the end. */
const made: string[] = [];
afterAll(() => made.forEach((folder) => rmdirSync(folder)));

/** Where on this machine the kernel can be seen to enforce it; undefined where nothing can be written. */
function playground(controller: 'memory' | 'cpu'): Playground | undefined {
  const delegated: Enforcement = delegatedCgroup();
  if (delegated.kind === 'cgroup') return { folder: delegated.folder, files: cgroupV2 };
  const own = new RegExp(`^\\d+:${controller}:(.*)$`, 'm').exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (own === undefined) return undefined;
  const folder = join('/sys/fs/cgroup', controller, own, `berth-test-${process.pid}`);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  made.push(folder);
  return { folder, files: cgroupV1[controller] };
}

describe.each([
  ['memory', enforcedMemory],
  ['cpu', enforcedCpu],
] as const)('limits that the kernel enforces: %s', (controller, enforced) => {
  const ground = playground(controller);
  if (ground) enforced(ground);
  else it('not here, and the agent says so', () => expect(delegatedCgroup().kind).toBe('watch'));
});

function enforcedCpu({ folder, files }: Playground): void {
  let agent: TestAgent;
  afterEach(() => agent.dispose());
  const CPU_SECONDS = 0.4;
  const numberOf = (file: string, name: string) =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);

  /** Of all processes of a group, in a hundredth of a second: fields 14 and 15 of proc_pid_stat(5). */
  const cpuSecondsOf = (group: string): number => {
    const pids = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    const ticks = pids.map((pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return Number(fields[11]) + Number(fields[12]);
    });
    return ticks.reduce((sum, each) => sum + each, 0) / 100;
  };

  it('a worker that spins with a fifth of a core gets no more of it, however idle the machine is', async () => {
    agent = await TestAgent.start({ cgroups: new Cgroups(folder, scratch, systemClock, files) });
    const desired = desiredOf(agent.slug(), [worker('exec node -e "for (;;);"', { cpuMillicores: 200 })]);
    await agent.client.apply(desired);
    const group = join(
      folder,
      await eventually(() => only(readdirSync(folder).filter((name) => name.startsWith('app-')))),
    );
    await eventually(() => expect(cpuSecondsOf(group)).toBeGreaterThan(0), { within: 60_000 });
    const [begun, before] = [performance.now(), cpuSecondsOf(group)];
    await eventually(() => expect(cpuSecondsOf(group) - before).toBeGreaterThan(CPU_SECONDS), { within: 60_000 });
    expect((performance.now() - begun) / 1_000).toBeGreaterThan(CPU_SECONDS / 0.4);
    // A busy machine alone would hold it back, too.
    expect(numberOf(join(group, 'cpu.stat'), 'nr_throttled')).toBeGreaterThan(0);
    await agent.remove(desired.workloadId);
  });
}

/** The only one, once it is there. */
function only<Item>(items: readonly Item[]): Item {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) throw new Error(`There are ${items.length}.`);
  return item;
}

function enforcedMemory({ folder, files }: Playground): void {
  let agent: TestAgent;
  afterEach(() => agent.dispose());
  const groups = () => readdirSync(folder).filter((name) => name.startsWith('app-'));
  const start = async () =>
    (agent = await TestAgent.start({ cgroups: new Cgroups(folder, scratch, systemClock, files) }));

  it('hold each instance in a group of its own, from before its first instruction until it ended', async () => {
    await start();
    const desired = desiredOf(agent.slug(), [web(), worker('cat /proc/self/cgroup; node escaper.js')]);
    await agent.client.apply(desired);
    const { instances } = await agent.untilReady(desired.workloadId, 2);
    expect(
      groups()
        .map((name) => name.slice('app-12345678-'.length))
        .sort(),
    ).toEqual(instances.map(({ id }) => id).sort());
    // A worker counts as ready when it has run for a while, whatever it came to.
    await eventually(async () => {
      const said = (await agent.client.logs(desired.workloadId, 'process=worker')).map(({ text }) => text).join('\n');
      expect(said).toContain(instances.find(({ processType }) => processType === 'worker')?.id);
    });
    await agent.remove(desired.workloadId);
    expect(groups()).toEqual([]);
  });

  it('end an instance that takes too much memory, all of it, with that cause', async () => {
    await start();
    const desired = desiredOf(agent.slug(), [worker('node hog.js', { memoryMib: 96 })]);
    await agent.client.apply(desired);
    const observed = await agent.until(
      desired.workloadId,
      ({ instances }) => expect(instances[0]?.trouble?.cause).toBe('out_of_memory'),
      60_000,
    );
    expect(observed.instances[0]?.lastExit).toMatchObject({ reason: 'out_of_memory' });
    await agent.remove(desired.workloadId);
  });

  it('are taken away from what an agent that was killed left behind', async () => {
    const orphan = new Cgroups(folder, scratch, systemClock, files);
    orphan.make('web-orphan', { cpuMillicores: 100, memoryMib: 64 });
    expect(groups()).toHaveLength(1);
    await start();
    expect(groups()).toEqual([]);
  });

  it('start nothing when the group cannot be entered', async () => {
    const cgroups = new Cgroups(folder, scratch, systemClock, files);
    cgroups.admit = () => {
      throw new Error('the group is full');
    };
    agent = await TestAgent.start({ cgroups });
    const desired = desiredOf(agent.slug(), [worker('echo ran; node ticker.js')]);
    await agent.client.apply(desired);
    const observed = await agent.until(desired.workloadId, ({ instances }) =>
      expect(instances[0]?.trouble?.cause).toBe('runtime_unavailable'),
    );
    expect(observed.instances[0]?.trouble?.message).toContain('the group is full');
    const said = (await agent.client.logs(desired.workloadId)).map(({ text }) => text);
    expect(said).not.toContain('ran');
    await agent.remove(desired.workloadId);
  });
}
