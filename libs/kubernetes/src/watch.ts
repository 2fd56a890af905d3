import type { Clock } from '@berth/service-kit';
import { ApiError, ClusterUnreachable, isForbidden, isGone, isNotFound, toApiError } from './api-error.js';
import { type Kind, pathOf } from './kinds.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';

/** What a watch tells: the whole set, one change, that it is connected, or that it is not at present. */
export type WatchEvent<Item extends KubeObject> =
  | { readonly type: 'replaced'; readonly items: readonly Item[]; readonly version: string }
  | { readonly type: 'changed' | 'deleted'; readonly item: Item }
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly error: Error };

export interface WatchOptions {
  readonly selector?: string;
  readonly clock: Clock;
  /** Server ends a watch after so many seconds; we open the next one where it ended. Default 300. */
  readonly seconds?: number;
  /** Where we may not look there is as good as none of it. */
  readonly mayBeHidden?: boolean;
}

const SLACK_MILLISECONDS = 15_000;
const STEADY_MILLISECONDS = 5_000;
const [FIRST_PAUSE, LONGEST_PAUSE] = [100, 8_000];
/** A kind that is not served comes with an installation, if ever, and what is hidden with somebody's grant. */
const UNSERVED_SECONDS = 60;

interface Line {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/**
 * Follows all objects of a kind, in all namespaces, until the signal aborts.
 *
 * Begins with the whole set, and states the whole set again whenever changes may have been missed (410 Gone). A connection
 * that ends or breaks is opened again after the last version seen, with growing pauses while that fails.
 */
export async function* watch<Item extends KubeObject>(
  client: KubeClient,
  kind: Kind,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<Item>> {
  const place: Place = { version: null };
  let failures = 0;
  while (!signal.aborted) {
    const begun = options.clock.monotonic();
    const failure = yield* untilItEnds<Item>(client, kind, options, place, signal);
    if (signal.aborted) return;
    if (failure) yield { type: 'lost', error: failure };
    if (options.clock.monotonic() - begun > STEADY_MILLISECONDS) failures = 0;
    await options.clock.pause(pauseAfter(++failures, failure, options), signal);
  }
}

/** After which version to go on; null: everything must be read anew. */
interface Place {
  version: string | null;
}

/** One connection. Answers what ended it, or null when the server closed it in order, as it does now and then. */
async function* untilItEnds<Item extends KubeObject>(
  client: KubeClient,
  kind: Kind,
  options: WatchOptions,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<Item>, Error | null> {
  try {
    if (place.version === null) {
      const listed = await listAll<Item>(client, kind, options.selector, signal);
      place.version = listed.version;
      yield { type: 'replaced', ...listed };
    }
    const lines = await linesAfter(client, kind, options, place.version, signal);
    yield { type: 'connected' };
    for await (const text of lines) {
      const line = parseLine(text);
      place.version = line.object.metadata.resourceVersion ?? place.version;
      if (line.type === 'BOOKMARK') continue;
      yield { type: line.type === 'DELETED' ? 'deleted' : 'changed', item: line.object as Item };
    }
    return null;
  } catch (error) {
    // What is not understood (something between us and the server answers in its own words) is read anew, too; and so is what
    // we might not see for a while, which may have been taken for nothing meanwhile.
    if (isGone(error) || isNotFound(error) || isForbidden(error) || !isOutage(error)) place.version = null;
    return error as Error;
  }
}

/** All items and the version they are of. A list that expires between its pages is begun anew by the caller. */
async function listAll<Item extends KubeObject>(
  client: KubeClient,
  kind: Kind,
  selector: string | undefined,
  signal: AbortSignal,
): Promise<{ items: Item[]; version: string }> {
  const items: Item[] = [];
  let version = '';
  for await (const page of client.pages<Item>(kind, signal, selector === undefined ? {} : { selector })) {
    items.push(...page.items);
    version = page.metadata.resourceVersion ?? version;
  }
  return { items, version };
}

function linesAfter(
  client: KubeClient,
  kind: Kind,
  { selector, seconds = 300 }: WatchOptions,
  version: string,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version });
  query.set('timeoutSeconds', String(seconds));
  if (selector !== undefined) query.set('labelSelector', selector);
  // A connection that is dead without anybody saying so ends here, too.
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000 + SLACK_MILLISECONDS)]);
  return client.transport.lines(`${pathOf(kind)}?${query.toString()}`, bounded);
}

/** @throws ApiError when the line is one */
function parseLine(text: string): Line {
  const line = JSON.parse(text) as Line;
  if (line.type !== 'ERROR') return line;
  const { code = 500 } = line.object as { code?: number };
  throw toApiError(code, JSON.stringify(line.object));
}

const isOutage = (error: unknown): boolean => error instanceof ApiError || error instanceof ClusterUnreachable;

/** Doubling, never less than the server asks for, and spread so that replicas do not come back at once. */
function pauseAfter(
  failures: number,
  error: unknown,
  { seconds = UNSERVED_SECONDS, mayBeHidden }: WatchOptions,
): number {
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
  const isAbsence = isNotFound(error) || (mayBeHidden && isForbidden(error));
  if (isAbsence) return Math.min(UNSERVED_SECONDS, seconds) * 1_000;
  const doubled = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
  return Math.max(asked, doubled * (0.5 + Math.random() / 2));
}
