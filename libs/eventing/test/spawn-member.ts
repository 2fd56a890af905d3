import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Member } from './event-bus.contract.js';

const script = join(import.meta.dirname, 'bus-member.mjs');

/** Runs `bus-member.mjs` with the options as its argument. */
export function spawnMember(options: object): Promise<Member> {
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
