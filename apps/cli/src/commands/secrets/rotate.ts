import type { Context } from '../../context.js';
import { changeSecrets } from '../config/change.js';
import type { SetOptions } from '../config/set.js';
import { options as ofSet, secretsOf } from './set.js';

export const options = ofSet;

/** Another value, to all that runs with the secret; every former version is out of use. */
export async function run(context: Context, given: SetOptions, texts: string[]): Promise<void> {
  await changeSecrets(context, { set: await secretsOf(context, given, texts), unset: [], revokeFormer: true }, given);
}
