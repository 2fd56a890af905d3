import type { Context } from '../../context.js';
import { type ChangeOptions, changeSecrets } from '../config/change.js';
import { options as ofSet, valuesOf } from './set.js';

export const options = ofSet;

/** Another value, to all that runs with the secret; every former version is out of use. */
export async function run(context: Context, given: ChangeOptions, texts: string[]): Promise<void> {
  await changeSecrets(context, { set: await valuesOf(context, texts), unset: [], revokeFormer: true }, given);
}
