import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { changeProtection, protectionOf } from './change.js';

export const options = ofWorkload;

export async function run(context: Context): Promise<void> {
  const { logins } = await protectionOf(context);
  await changeProtection(context, { logins: Object.fromEntries(logins.map((name) => [name, null])), allow: [] });
}
