import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartFailure } from '../failure.js';

/** Raised when an older platform could not read what this one writes. */
export const DATA_VERSION = 1;

/** The one folder of the embedded default. Held by one platform at a time. */
export class DataFolder {
  private constructor(
    readonly path: string,
    /** Short, because the path of a Unix socket may have at most 103 bytes. */
    private readonly sockets: string,
    private readonly lock: Server,
  ) {}

  /** Makes it when it is missing. @throws StartFailure when it cannot be written, is of a newer version or in use */
  static async open(path: string): Promise<DataFolder> {
    await prepare(path);
    const sockets = join(tmpdir(), `berth-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`);
    await mkdir(sockets, { recursive: true, mode: 0o700 });
    const lock = await takeLock(join(sockets, 'lock.sock'), path);
    try {
      await checkVersion(path);
    } catch (error) {
      lock.close();
      throw error;
    }
    return new DataFolder(path, sockets, lock);
  }

  in(name: string): string {
    return join(this.path, name);
  }

  socket(name: string): string {
    return join(this.sockets, `${name}.sock`);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.lock.close(resolve));
    await rm(this.sockets, { recursive: true, force: true });
  }
}

async function prepare(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    // Searchable, because the database and apps run as other users; nothing in it can be listed or read by them.
    await chmod(path, 0o711);
    await writeFile(join(path, '.writable'), '');
    await rm(join(path, '.writable'));
  } catch (error) {
    throw new StartFailure(
      `The data folder ${path} cannot be written: ${(error as Error).message}. Choose another with --data.`,
    );
  }
}

async function checkVersion(path: string): Promise<void> {
  const file = join(path, 'version');
  const text = await readFile(file, 'utf8').catch(() => null); // a new folder has none
  if (text === null) return writeFile(file, `${DATA_VERSION}\n`, { mode: 0o600 });
  if (Number(text) <= DATA_VERSION) return;
  throw new StartFailure(
    `The data folder ${path} was written by a newer Berth (data version ${text.trim()}, this one knows ${DATA_VERSION}). Update Berth, or choose another folder with --data.`,
  );
}

/** The kernel lets go of a listening socket when its process ends, however it ends. */
async function takeLock(socketPath: string, folder: string): Promise<Server> {
  if (await answers(socketPath)) {
    throw new StartFailure(
      `Another Berth is running on the data folder ${folder}. Stop it, or choose another folder with --data.`,
    );
  }
  await rm(socketPath, { force: true });
  const server = createServer((connection) => connection.end());
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  server.unref();
  return server;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => (probe.destroy(), resolve(true)));
    probe.once('error', () => resolve(false));
  });
}
