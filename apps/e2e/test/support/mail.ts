import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@berth/testing';

/** All mails to an address so far, the newest first, from the folder that the file mailer writes to. */
export async function mailsTo(folder: string, address: string): Promise<string[]> {
  const files = (await readdir(join(folder, 'mail'))).filter((name) => name.endsWith('.eml')).sort();
  const mails = await Promise.all(files.map((name) => readFile(join(folder, 'mail', name), 'utf8')));
  return mails
    .reverse()
    .filter((mail) => mail.includes(address))
    .map((mail) => mail.replace(/=\r?\n/g, '').replaceAll('=3D', '='));
}

/** The newest mail to an address. */
export function mailTo(folder: string, address: string): Promise<string> {
  return eventually(async () => {
    const [newest] = await mailsTo(folder, address);
    if (newest === undefined) throw new Error(`no mail to ${address}`);
    return newest;
  });
}
