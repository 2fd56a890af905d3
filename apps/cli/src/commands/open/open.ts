import { openBrowser } from '../../browser.js';
import type { Context } from '../../context.js';
import { isInteractive } from '../../io.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

/** Prints the URL; on a terminal the browser opens it as well. */
export async function run({ io, out, selection }: Context): Promise<void> {
  const { url, domains } = await selection.workload();
  await out.result({ url, domains }, () => url);
  if (domains.length > 0) out.note(`Hosts of your own: ${domains.join(', ')} (berth domains list)`);
  if (!out.json && isInteractive(io)) openBrowser(url);
}
