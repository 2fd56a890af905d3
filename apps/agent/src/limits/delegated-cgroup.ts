import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Enforcement } from './enforcement.js';

/** Name of the group that the agent must have been started in, below one that it may divide among instances. */
const OWN_GROUP = 'berth';
const CONTROLLERS = ['cpu', 'memory'];

/**
 * Looks for a cgroup that was handed to us: systemd makes one with `Delegate=yes` and `DelegateSubgroup=berth`. Groups of
 * others are never divided, whatever root may do: the system's own manager counts on being the only one that writes there.
 * See "Control Group v2" in the kernel's documentation (Delegation, No Internal Process Constraint).
 */
export function delegatedCgroup(processFolder = '/proc/self'): Enforcement {
  const mount = mountPoint(readOrNothing(join(processFolder, 'mountinfo')));
  if (mount === undefined) return watch('no cgroup v2 is mounted');
  const own = /^0::(.*)$/m.exec(readOrNothing(join(processFolder, 'cgroup')))?.[1];
  if (own === undefined || basename(own) !== OWN_GROUP) return watch('not started in a delegated cgroup');
  const folder = join(mount, dirname(own));
  const there = readOrNothing(join(folder, 'cgroup.controllers')).trim().split(' ');
  const missing = CONTROLLERS.filter((name) => !there.includes(name));
  if (missing.length > 0) return watch(`the cgroup has no ${missing.join(' and ')} controller`);
  return enabled(folder);
}

function enabled(folder: string): Enforcement {
  try {
    accessSync(folder, constants.W_OK);
    writeFileSync(join(folder, 'cgroup.subtree_control'), CONTROLLERS.map((name) => `+${name}`).join(' '));
    return { kind: 'cgroup', folder };
  } catch (error) {
    return watch(`the cgroup cannot be divided: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Fields 5 and, after the separator, the type; see proc_pid_mountinfo(5). */
function mountPoint(mountinfo: string): string | undefined {
  const line = mountinfo.split('\n').find((each) => / - cgroup2 /.test(each));
  return line?.split(' ')[4];
}

const watch = (reason: string): Enforcement => ({ kind: 'watch', reason });

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not Linux, or no cgroups
  }
}
