import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * From here on, what this process and those below it put into the system's folder for temporary files lies in one of
 * their own, which goes when the process ends, whatever became of those who made something in it.
 */
export function useRunFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'berth-run-'));
  chmodSync(folder, 0o1777); // as the system's own: tests run programs as other users
  process.env.TMPDIR = folder;
  process.once('exit', () => remove(folder));
}

/** Ends the process as one that was interrupted, after what it started. Terminals, npm and `timeout` may say it twice. */
export function onInterrupt(end) {
  let ended;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => (ended ??= end().finally(() => process.exit(128 + constants.signals[signal]))));
}

/** Nothing is removed below which something is mounted: what lies there may be nobody's here. */
function remove(folder) {
  const mounts = existsSync('/proc/self/mounts') ? readFileSync('/proc/self/mounts', 'utf8') : '';
  if (mounts.includes(` ${folder}/`)) return console.error(`${folder} stays: something is mounted in it.`);
  spawnSync('chmod', ['-R', 'u+rwX', folder]); // others than root could not empty what was made unwritable
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  } catch (error) {
    console.error(`${folder} stays: ${error.message}`); // somebody who did not hear of the end still writes to it
  }
}
