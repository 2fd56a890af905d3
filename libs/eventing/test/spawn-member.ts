import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Member } from './event-bus.contract.js';

/** Runs a script beside this file with the options as its argument. It needs the built library: `tsc -b libs/eventing`. */
export function spawnMember(options: object, file = 'bus-member.mjs'): Promise<Member> {
  const script = join(import.meta.dirname, file);
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const finished: string[] = [];
  let hangs = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'hangs') hangs = true;
    else finished.push(line.replace('finished ', ''));
  });
  const kill = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return Promise.resolve({
    finished,
    kill,
    get hangs() {
      return hangs;
    },
  });
}
