import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { protectionOf, protectionText } from './change.js';

export const options = ofWorkload;

export async function run(context: Context): Promise<void> {
  const protection = await protectionOf(context);
  await context.out.result(protection, () => protectionText(protection));
}
