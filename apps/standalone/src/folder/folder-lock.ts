import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartFailure } from '../failure.js';

/** In the folder itself, so that it is one lock by whatever path the folder is opened. It stays there, empty. */
const FILE = 'lock';
/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Whoever may write to a SQLite file: one process at a time, until it lets go or ends, however it ends. */
export class FolderLock {
  private constructor(private readonly file: DatabaseSync) {}

  /** Of several at once, one gets it. @throws StartFailure when another holds it, or the file cannot be locked */
  static take(folder: string): FolderLock {
    try {
      return new FolderLock(lock(join(folder, FILE)));
    } catch (error) {
      throw new StartFailure(`${sentence(folder, error as SqliteError)}, or choose another folder with --data.`);
    }
  }

  release(): void {
    this.file.close();
  }
}

function lock(path: string): DatabaseSync {
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec('PRAGMA journal_mode = MEMORY'); // no second file
    // It does not wait for those who only look, as an exclusive one would: two at once could then both be refused.
    file.exec('BEGIN IMMEDIATE');
    chmodSync(path, 0o600); // whoever may read a file may keep others from locking it
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

type SqliteError = Error & { readonly errcode?: number };

const sentence = (folder: string, { errcode, message }: SqliteError): string =>
  errcode === SQLITE_BUSY
    ? `Another Berth is running on the data folder ${folder}. Stop it`
    : `The data folder ${folder} cannot be locked: ${message}. Mend that`;
