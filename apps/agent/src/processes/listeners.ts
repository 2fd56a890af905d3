import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Whether one of these processes holds a listening TCP socket on a port; undefined where the system does not tell.
 * Another process may have taken the port meanwhile, and would answer a probe just as well.
 */
export function listensOn(port: number, pids: readonly number[]): boolean | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listenersOf(table, port)));
  if (sockets.size === 0) return undefined;
  return pids.some((pid) => socketsOf(pid).some((socket) => sockets.has(socket)));
}

const LISTENING = '0A';

/** `socket:[inode]` of each listener; for the columns see proc_net_tcp in the kernel's documentation. */
function listenersOf(table: string, port: number): string[] {
  const rows = read(() => readFileSync(table, 'utf8').split('\n')).map((row) => row.trim().split(/\s+/));
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const matching = rows.filter((row) => row[3] === LISTENING && row[1]?.endsWith(wanted));
  return matching.map((row) => `socket:[${row[9]}]`);
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const descriptors = read(() => readdirSync(folder));
  return descriptors.flatMap((name) => read(() => [readlinkSync(`${folder}/${name}`)]));
}

function read(work: () => string[]): string[] {
  try {
    return work();
  } catch {
    return []; // closed, ended, or not ours to see
  }
}
