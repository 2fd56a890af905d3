import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentClock, pause } from '../clock.js';
import type { Enforcement } from './enforcement.js';

export interface Limit {
  readonly cpuMillicores: number;
  readonly memoryMib: number;
}

/** What the files of a group are called and hold. */
export interface CgroupFiles {
  /** In the order in which they are written. */
  limits(limit: Limit): readonly (readonly [name: string, value: string])[];
  /** Where a line `oom_kill <count>` is. */
  readonly events: string;
}

const PERIOD_MICROSECONDS = 100_000;

export const cgroupV2: CgroupFiles = {
  limits: ({ cpuMillicores, memoryMib }) => [
    ['memory.max', String(memoryMib * 1024 * 1024)],
    ['memory.swap.max', '0'],
    // All of an instance ends, not the one process that happened to ask last.
    ['memory.oom.group', '1'],
    ['cpu.max', `${Math.round((cpuMillicores / 1_000) * PERIOD_MICROSECONDS)} ${PERIOD_MICROSECONDS}`],
  ],
  events: 'memory.events',
};

const LOOK_AGAIN = 25;
const REMOVE_DEADLINE = 2_000;

/** One cgroup per running instance, below a delegated one. Calls are synchronous: they write a few bytes to the kernel. */
export class Cgroups {
  private readonly prefix: string;

  /** `owner` tells two agents below the same cgroup apart. */
  constructor(
    private readonly folder: string,
    owner: string,
    private readonly clock: AgentClock,
    private readonly files: CgroupFiles = cgroupV2,
  ) {
    this.prefix = `app-${createHash('sha256').update(owner).digest('hex').slice(0, 8)}-`;
  }

  get enforcement(): Enforcement {
    return { kind: 'cgroup', folder: this.folder };
  }

  /** Ends what an agent that was killed left in its groups. */
  async clear(): Promise<void> {
    const left = readdirSync(this.folder).filter((name) => name.startsWith(this.prefix));
    for (const name of left) await this.end(join(this.folder, name));
  }

  make(instanceId: string, limit: Limit): void {
    const group = this.pathOf(instanceId);
    mkdirSync(group, { recursive: true });
    for (const [name, value] of this.files.limits(limit)) writeFileSync(join(group, name), value);
  }

  admit(instanceId: string, pid: number): void {
    writeFileSync(join(this.pathOf(instanceId), 'cgroup.procs'), String(pid));
  }

  /** Whether the kernel ended something in the group because its memory ran out. */
  ranOutOfMemory(instanceId: string): boolean {
    const events = readFileSync(join(this.pathOf(instanceId), this.files.events), 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0) > 0;
  }

  /** After the family was ended: whatever got away from it is still in the group, and ends with it. */
  release(instanceId: string): Promise<void> {
    return this.end(this.pathOf(instanceId));
  }

  private async end(path: string): Promise<void> {
    const until = this.clock.now().getTime() + REMOVE_DEADLINE;
    while (!removed(path)) {
      for (const pid of membersOf(path)) kill(pid);
      if (this.clock.now().getTime() > until) throw new Error(`The cgroup ${path} is still in use.`);
      await pause(this.clock, LOOK_AGAIN);
    }
  }

  private pathOf(instanceId: string): string {
    return join(this.folder, `${this.prefix}${instanceId}`);
  }
}

const membersOf = (path: string): number[] =>
  readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it ended by itself
  }
}

function removed(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    throw error;
  }
}
