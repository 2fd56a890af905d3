import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredTokens } from '@berth/api-client';
import { CliError, exitCodes } from '../errors.js';
import { withFileLock } from './file-lock.js';

export interface ServerSession {
  readonly tokens?: StoredTokens;
  readonly email?: string;
  /** `Berth-Access` values, so that a command is never answered behind what the one before it did. */
  readonly access?: readonly string[];
}

export interface Sessions {
  /** The server of the last login. */
  readonly server?: string;
  readonly servers: Readonly<Record<string, ServerSession>>;
}

/** `sessions.json` in the configuration folder: readable by its owner only, replaced whole, changed under a lock. */
export class SessionFile {
  private readonly file: string;

  constructor(private readonly folder: string) {
    this.file = join(folder, 'sessions.json');
  }

  async read(): Promise<Sessions> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as Sessions;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} };
      throw new CliError(exitCodes.unexpected, `${this.file} cannot be read: ${(error as Error).message}`);
    }
  }

  async change(changed: (sessions: Sessions) => Sessions): Promise<void> {
    await this.exclusively('write', async () => {
      const draft = `${this.file}.${randomBytes(4).toString('hex')}`;
      await writeFile(draft, `${JSON.stringify(changed(await this.read()), null, 2)}\n`, { mode: 0o600 });
      await rename(draft, this.file);
    });
  }

  /** `what` tells locks apart: renewing tokens holds one for the length of a request, and writes within it. */
  async exclusively<Result>(what: 'write' | 'renew', work: () => Promise<Result>): Promise<Result> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    return withFileLock(`${this.file}.${what}.lock`, work);
  }
}
