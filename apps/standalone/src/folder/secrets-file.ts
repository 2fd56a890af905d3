import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { StartFailure } from '../failure.js';

const secretsFile = z.strictObject({
  keyEncryptionKey: z.string(),
  databasePassword: z.string(),
  administrator: z.strictObject({ email: z.string(), password: z.string() }).nullable(),
});
export type Secrets = z.infer<typeof secretsFile>;

/** The platform's own secrets: made at the first start, readable by its user only. @throws StartFailure when the file is damaged */
export async function loadSecrets(path: string): Promise<{ secrets: Secrets; isNew: boolean }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text !== null) return { secrets: parsed(path, text), isNew: false };
  const secrets: Secrets = {
    keyEncryptionKey: randomBytes(32).toString('base64'),
    databasePassword: randomBytes(18).toString('base64url'),
    administrator: { email: 'admin@berth.localhost', password: randomBytes(12).toString('base64url') },
  };
  await saveSecrets(path, secrets);
  return { secrets, isNew: true };
}

function parsed(path: string, text: string): Secrets {
  try {
    return secretsFile.parse(JSON.parse(text));
  } catch (error) {
    // What it holds is not told: the reason may quote a secret.
    const sentence = `${path} is damaged. Restore it from a backup: what this data folder holds cannot be opened without it.`;
    throw new StartFailure(sentence, { cause: error });
  }
}

export async function saveSecrets(path: string, secrets: Secrets): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
