import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@berth/testing';

/** The newest mail to an address, from the folder that the file mailer writes to. */
export function mailTo(folder: string, address: string): Promise<string> {
  return eventually(async () => {
    const files = (await readdir(join(folder, 'mail'))).filter((name) => name.endsWith('.eml')).sort();
    const mails = await Promise.all(files.map((name) => readFile(join(folder, 'mail', name), 'utf8')));
    const found = mails.reverse().find((mail) => mail.includes(address));
    if (!found) throw new Error(`no mail to ${address} in ${files.join(', ')}`);
    return found.replace(/=\r?\n/g, '').replaceAll('=3D', '=');
  });
}
