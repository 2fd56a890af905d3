import { type AgentClock, pause } from '../clock.js';
import type { Census, Root } from './census.js';

const LOOK_AGAIN = 25;
const KILL_DEADLINE = 5_000;

/** Asks a whole family to end (SIGTERM) and kills what is left at the deadline. Resolves when nothing is left. */
export async function endFamily(census: Census, clock: AgentClock, root: Root, deadline: number): Promise<void> {
  signalFamily(census, root, 'SIGTERM');
  if (await goneWithin(census, clock, root, deadline)) return;
  await killFamily(census, clock, root);
}

/** Kills a family again and again until nothing is left: a member may fork while it is being killed. */
export async function killFamily(census: Census, clock: AgentClock, root: Root): Promise<void> {
  const until = clock.now().getTime() + KILL_DEADLINE;
  while (clock.now().getTime() < until) {
    if (signalFamily(census, root, 'SIGKILL') === 0) return;
    await pause(clock, LOOK_AGAIN);
  }
}

async function goneWithin(census: Census, clock: AgentClock, root: Root, deadline: number): Promise<boolean> {
  const until = clock.now().getTime() + deadline;
  while (clock.now().getTime() < until) {
    if (census.familyOf(root, LOOK_AGAIN).length === 0) return true;
    await pause(clock, LOOK_AGAIN);
  }
  return false;
}

/** Answers how many processes were there. */
function signalFamily(census: Census, root: Root, signal: NodeJS.Signals): number {
  const members = census.familyOf(root);
  for (const member of members) send(member.pid, signal);
  return members.length;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it ended by itself
  }
}
