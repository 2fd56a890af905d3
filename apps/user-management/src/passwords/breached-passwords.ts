import { createHash } from 'node:crypto';
import type { Config } from '../config.js';
import { HashFile } from './hash-file.js';

/** Tells whether somebody's leak had a password. */
export abstract class BreachedPasswords {
  abstract has(password: string): Promise<boolean>;
}

class Collection extends BreachedPasswords {
  constructor(private readonly hashes: HashFile) {
    super();
  }

  has(password: string): Promise<boolean> {
    return this.hashes.has(createHash('sha1').update(password).digest('hex').toUpperCase());
  }
}

class NoCollection extends BreachedPasswords {
  has(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

/** @throws Error when a collection is configured that cannot be read: the service does not start */
export async function breachedPasswordsOf({
  BREACHED_PASSWORDS_FILE: path,
}: Pick<Config, 'BREACHED_PASSWORDS_FILE'>): Promise<BreachedPasswords> {
  if (path === undefined) return new NoCollection();
  const hashes = new HashFile(path);
  await hashes.check().catch((cause: unknown) => {
    throw new Error(`BREACHED_PASSWORDS_FILE: ${path} is no file of SHA-1 hashes in their order`, { cause });
  });
  return new Collection(hashes);
}
