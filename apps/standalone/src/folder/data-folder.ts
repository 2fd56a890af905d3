import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StartFailure } from '../failure.js';
import { FolderLock } from './folder-lock.js';

/** Raised when an older platform could not read what this one writes. */
export const DATA_VERSION = 1;

/** Names the folder of sockets that the last platform had. */
const SOCKETS = 'sockets';

/** Whatever else Berth writes into a data folder comes after it. */
const VERSION = 'version';

/** May lie in a data folder that has no version yet: of a start that was ended, and disks that are mounted there. */
const BEFORE_VERSION: ReadonlySet<string> = new Set([
  ...['lock', '.writable', 'lost+found', SOCKETS, 'secrets.json'],
  ...['agent', 'blobs', 'builds', 'examples', 'mail', 'payments', 'postgres'],
]);

/** The one folder of the embedded default. Held by one platform at a time. */
export class DataFolder {
  private constructor(
    readonly path: string,
    /** Short, because the path of a Unix socket may have at most 103 bytes; nobody else can have guessed it. */
    private readonly sockets: string,
    private readonly lock: FolderLock,
  ) {}

  /** Makes it when it is missing. @throws StartFailure when it cannot be written, is of a newer version or in use */
  static async open(given: string): Promise<DataFolder> {
    await prepare(given);
    const path = await realpath(given);
    const lock = FolderLock.take(path);
    try {
      await checkVersion(path);
      return new DataFolder(path, await freshSockets(path), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  in(name: string): string {
    return join(this.path, name);
  }

  socket(name: string): string {
    return join(this.sockets, `${name}.sock`);
  }

  async close(): Promise<void> {
    await rm(this.sockets, { recursive: true, force: true });
    this.lock.release();
  }
}

async function prepare(path: string): Promise<void> {
  try {
    await makeFolder(path);
    await refuseForeign(path);
    // Searchable, because the database and apps run as other users; nothing in it can be listed or read by them.
    await chmod(path, 0o711);
    await writeFile(join(path, '.writable'), '');
    await rm(join(path, '.writable'), { force: true }); // another start may have taken it away
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    throw new StartFailure(
      `The data folder ${path} cannot be written: ${(error as Error).message}. Choose another with --data.`,
    );
  }
}

/** Not `recursive`: Node then tries for ever where no folder can be made, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  if (!existsSync(dirname(path))) await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    const there = await stat(path).catch(() => null); // what is wrong is in `error`
    if (!there?.isDirectory()) throw error;
  }
}

/** Somebody's own folder is neither filled nor given another mode. */
async function refuseForeign(path: string): Promise<void> {
  const foreign = (await readdir(path)).find((name) => !BEFORE_VERSION.has(name));
  if (foreign === undefined || existsSync(join(path, VERSION))) return;
  throw new StartFailure(
    `The folder ${path} is not a data folder of Berth: it holds ${foreign}. Choose a new or an empty one with --data.`,
  );
}

async function checkVersion(path: string): Promise<void> {
  const file = join(path, VERSION);
  const text = await readFile(file, 'utf8').catch(() => null); // a new folder has none
  if (text === null) return writeFile(file, `${DATA_VERSION}\n`, { mode: 0o600 });
  if (Number(text) <= DATA_VERSION) return;
  if (Number.isNaN(Number(text)))
    throw new StartFailure(`${file} is damaged: it must hold the version of the data folder, a number.`);
  throw new StartFailure(
    `The data folder ${path} was written by a newer Berth (data version ${text.trim()}, this one knows ${DATA_VERSION}). Update Berth, or choose another folder with --data.`,
  );
}

/** A platform that was killed leaves its sockets; whoever holds the lock takes them away. */
async function freshSockets(path: string): Promise<string> {
  const note = join(path, SOCKETS);
  const former = await readFile(note, 'utf8').catch(() => null); // a new folder has none
  if (former !== null) await removeSockets(former);
  const sockets = await mkdtemp(join(tmpdir(), 'berth-'));
  await writeFile(note, sockets, { mode: 0o600 });
  return sockets;
}

/** Sockets and nothing else: the note may be damaged, and name any folder. */
async function removeSockets(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []); // it went with the machine's temporary files
  for (const name of names.filter((each) => each.endsWith('.sock'))) await rm(join(folder, name), { force: true });
  await rmdir(folder).catch(() => undefined); // somebody else's, or gone
}
