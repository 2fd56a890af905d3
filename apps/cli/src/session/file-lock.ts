import { open, readFile, rm, stat } from 'node:fs/promises';
import { clock } from '../clock.js';

const RETRY_MILLISECONDS = 25;
/** Nobody who is alive holds it for so long: renewing a token is one request. */
const STALE_MILLISECONDS = 60_000;

/** Runs `work` while no other process holds the lock file. A lock whose owner has died is taken over. */
export async function withFileLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  while (!(await tryLock(file))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await clock.pause(RETRY_MILLISECONDS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    if (Date.now() - mtimeMs > STALE_MILLISECONDS) return true;
    // Empty for the moment between making the file and writing the owner.
    return owner !== '' && !isAlive(Number(owner));
  } catch {
    return false; // gone in the meantime: the next try decides
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
