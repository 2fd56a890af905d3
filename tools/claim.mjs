// Plain JavaScript for Node 20 and newer: it is needed before anything is installed.
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes `folder` for this process until it calls `release` or ends, or tells whose it is. Claims are files with
 * numbers that only grow, each with the id of its process, and nobody makes the same one twice: of several processes
 * that find the last one given up, one makes the next. After kill -9 an id may have become somebody else's, so whoever
 * is refused is also told which file says so.
 */
export function claim(folder) {
  mkdirSync(folder, { recursive: true });
  const last = Math.max(0, ...numbersIn(folder));
  const file = join(folder, String(last));
  const holder = last === 0 ? 0 : holderOf(file);
  if (isRunning(holder)) return { holder, file };
  const mine = join(folder, String(last + 1));
  if (!makeWhole(mine)) return claim(folder);
  if (numbersIn(folder).some((each) => each > last + 1)) {
    rmSync(mine); // this process was slow: there were others meanwhile
    return claim(folder);
  }
  for (const number of numbersIn(folder).filter((each) => each <= last))
    rmSync(join(folder, `${number}`), { force: true });
  return { release: () => writeFileSync(mine, '') };
}

const numbersIn = (folder) =>
  readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** 0: nobody any more. */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return 0; // the next claim took it away
    throw error;
  }
}

/** With its content from the first moment on. False when it is there already. */
function makeWhole(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function isRunning(pid) {
  if (pid === 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
