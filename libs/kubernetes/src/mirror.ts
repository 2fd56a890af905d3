import type { Clock } from '@berth/service-kit';
import { isForbidden, isNotFound } from './api-error.js';
import type { Kind } from './kinds.js';
import type { KubeClient } from './kube-client.js';
import { keyOf, type KubeObject, type ObjectMeta } from './kube-object.js';
import { ownFieldsOf } from './stated.js';
import { FIELD_MANAGER } from './kube-client.js';
import { watch } from './watch.js';

/** Ends that are remembered: the answer to a write of ours is late by milliseconds, not by a thousand deletions. */
const REMEMBERED = 1_000;

export interface MirrorOptions<Item extends KubeObject> {
  readonly kind: Kind;
  readonly clock: Clock;
  /** Which objects, as a label selector. */
  readonly selector?: string;
  /** Value under which an object is found again by `of`; undefined: it is not looked for that way. */
  readonly indexBy: (item: Item) => string | undefined;
  /** Leaves out what nobody reads here. */
  readonly trim?: (item: Item) => Item;
  /** An object came, changed or went: a hint, after the mirror shows it. */
  readonly onChange?: (item: Item) => void;
  /** The whole set was stated anew: any hint may have been missed. */
  readonly onReplace?: () => void;
  /** It can be relied on again. */
  readonly onBack?: () => void;
  readonly watchSeconds?: number;
  /** A cluster that does not serve the kind has none of it; otherwise that is a failure like any other. */
  readonly isOptional?: boolean;
  /** Where we may not look there is none of it for us, either: what is granted for it came later than the rest. */
  readonly mayBeHidden?: boolean;
}

/**
 * What is known of all objects of one kind: read from memory, kept current by one watch.
 *
 * It may be behind the cluster, never behind itself: an older version never replaces a newer one, whatever order the
 * network delivers, and what a write of ours answered is shown at once.
 */
export class Mirror<Item extends KubeObject> {
  private readonly items = new Map<string, Item>();
  private readonly groups = new Map<string, Map<string, Item>>();
  /** Versions at which objects went, so that a late word of one does not bring it back. */
  private readonly gone = new Map<string, bigint>();
  private served = true;
  private trouble: Error | null = new Error('It has not been read yet.');
  private readonly first = Promise.withResolvers<void>();

  constructor(
    private readonly client: KubeClient,
    private readonly options: MirrorOptions<Item>,
  ) {}

  /** Why it cannot be relied on at present; null when it is connected and complete. */
  get lost(): Error | null {
    return this.trouble;
  }

  /** False while the cluster serves no such kind. */
  get isServed(): boolean {
    return this.served;
  }

  /** Resolves when it has been connected, or has failed to, for the first time. */
  get settled(): Promise<void> {
    return this.first.promise;
  }

  get(name: string, namespace?: string): Item | undefined {
    return this.items.get(namespace === undefined ? name : `${namespace}/${name}`);
  }

  /** Objects of one index value, in the order of their keys. */
  of(index: string): readonly Item[] {
    const group = this.groups.get(index) ?? new Map<string, Item>();
    return [...group].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }

  /** Shows what a write of ours answered, unless something newer is known. */
  put(item: Item): void {
    const key = keyOf(item);
    const version = versionOf(item);
    if (version <= versionOf(this.items.get(key)) || version <= (this.gone.get(key) ?? -1n)) return;
    this.gone.delete(key);
    this.replace(key, slim(this.options.trim?.(item) ?? item));
  }

  /** Follows the cluster until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { kind, selector, clock, watchSeconds, mayBeHidden = false } = this.options;
    const how = { clock, mayBeHidden, ...(selector && { selector }), ...(watchSeconds && { seconds: watchSeconds }) };
    for await (const event of watch<Item>(this.client, kind, how, signal)) {
      switch (event.type) {
        case 'lost':
          this.miss(event.error);
          break;
        case 'connected':
          this.become(null);
          break;
        case 'replaced':
          this.served = true;
          this.restate(event.items, BigInt(event.version));
          break;
        case 'changed':
          this.put(event.item);
          this.options.onChange?.(event.item);
          break;
        case 'deleted':
          this.drop(event.item);
          this.options.onChange?.(event.item);
      }
    }
  }

  private miss(error: Error): void {
    const { isOptional, mayBeHidden } = this.options;
    const isAbsence = (isOptional && isNotFound(error)) || (mayBeHidden && isForbidden(error));
    if (!isAbsence) return this.become(error);
    const isNews = this.served || this.trouble !== null;
    this.served = false;
    this.become(null);
    if (!isNews) return;
    for (const key of [...this.items.keys()]) this.replace(key, undefined);
    this.options.onReplace?.();
  }

  private become(trouble: Error | null): void {
    const isBack = this.trouble !== null && trouble === null;
    this.trouble = trouble;
    this.first.resolve();
    if (isBack) this.options.onBack?.();
  }

  private restate(items: readonly Item[], version: bigint): void {
    const present = new Set(items.map(keyOf));
    for (const [key, item] of this.items)
      if (!present.has(key) && versionOf(item) <= version) this.replace(key, undefined);
    for (const item of items) this.put(item);
    this.options.onReplace?.();
  }

  private drop(item: Item): void {
    const key = keyOf(item);
    const version = versionOf(item);
    // A late word of the end of one that has been made anew since.
    if (version < versionOf(this.items.get(key))) return;
    this.gone.set(key, version);
    for (const oldest of this.gone.keys()) if (this.gone.size > REMEMBERED) this.gone.delete(oldest);
    this.replace(key, undefined);
  }

  private replace(key: string, item: Item | undefined): void {
    const former = this.items.get(key);
    if (former) this.leaveGroup(key, this.options.indexBy(former));
    if (!item) return void this.items.delete(key);
    this.items.set(key, item);
    const index = this.options.indexBy(item);
    if (index === undefined) return;
    const group = this.groups.get(index) ?? new Map<string, Item>();
    this.groups.set(index, group.set(key, item));
  }

  private leaveGroup(key: string, index: string | undefined): void {
    const group = index === undefined ? undefined : this.groups.get(index);
    group?.delete(key);
    if (index !== undefined && group?.size === 0) this.groups.delete(index);
  }
}

/** Versions grow per cluster; they are numbers in every server that stores in etcd. (KEP-5504) */
const versionOf = (item: KubeObject | undefined): bigint =>
  item?.metadata.resourceVersion === undefined ? -1n : BigInt(item.metadata.resourceVersion);

/** Of all managers' fields, which are most of an object's bytes, only ours are looked at. */
function slim<Item extends KubeObject>(item: Item): Item {
  const fieldsV1 = ownFieldsOf(item);
  const { managedFields: _, ...rest } = item.metadata;
  const own = fieldsV1 && [{ manager: FIELD_MANAGER, operation: 'Apply', fieldsV1 }];
  const metadata: ObjectMeta = { ...rest, ...(own && { managedFields: own }) };
  return { ...item, metadata };
}
