import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * Keeps every core from falling asleep while `work` runs, with processes that run only where nothing else does (SCHED_IDLE).
 * Waking a core costs whoever wakes it, on a virtual machine as much as a query: a server that leaves gaps between what it
 * does would be charged for its pauses. Where there is no `chrt` (util-linux), cores sleep.
 */
export async function awake(work) {
  const burners = Array.from({ length: availableParallelism() }, burner);
  try {
    return await work();
  } finally {
    await Promise.all(burners.map((end) => end()));
  }
}

function burner() {
  const child = spawn(
    'chrt',
    ['--idle', '0', process.execPath, '--eval', 'const parent = process.ppid; while (process.ppid === parent);'],
    { stdio: 'ignore' },
  );
  const gone = new Promise((resolve) => child.once('error', resolve).once('exit', resolve));
  return () => {
    child.kill('SIGKILL');
    return gone;
  };
}
