import { z } from 'zod';

/** Up to where a reader has the lines of each cluster, by the clusters' names. */
export type Cursors = Readonly<Record<string, string>>;

const PREFIX = 'several.';
const cursors = z.record(z.string(), z.string());

export const cursorOf = (reached: Cursors): string =>
  PREFIX + Buffer.from(JSON.stringify(reached)).toString('base64url');

/** What a reader resumes after. Of one that began when there was one cluster: that was `first`. */
export function cursorsIn(after: string | undefined, first: string): Cursors {
  if (after === undefined) return {};
  if (!after.startsWith(PREFIX)) return { [first]: after };
  const text = Buffer.from(after.slice(PREFIX.length), 'base64url').toString();
  const known = cursors.safeParse(parsed(text));
  return known.success ? known.data : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not one of ours: the reader begins anew.
    return null;
  }
}
