import { isConflict, isNotFound } from './api-error.js';
import { type Kind, kindOf, pathOf } from './kinds.js';
import type { KubeObject, ObjectList } from './kube-object.js';
import type { Transport } from './transport.js';

/** Who states the fields that we state. */
export const FIELD_MANAGER = 'berth';
const PAGE = 500;

export interface ApplyOptions {
  /** Everything but the write: admission, defaults, validation. */
  readonly dryRun?: boolean;
  /** Default true: fields that somebody else states become ours. False: that is a Conflict. */
  readonly force?: boolean;
  /** Default: ours. */
  readonly manager?: string;
}

/** Who states how many instances there are until the autoscaler has: what nobody states any more goes back to its default. */
const SCALE_MANAGER = 'berth-scale';

export interface DeleteOptions {
  /** Default `Background`: what it owns goes after it. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Only this very object, not one of the same name made since. */
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** The verbs we use, on objects as JSON. Every method throws ApiError or ClusterUnreachable. */
export class KubeClient {
  constructor(readonly transport: Transport) {}

  /**
   * Server-side apply: states our fields, takes over those that somebody else has changed, leaves all others alone.
   * Creates the object when it is not there; applying the same again writes nothing.
   */
  apply<Item extends KubeObject>(object: Item, signal: AbortSignal, options: ApplyOptions = {}): Promise<Item> {
    const { namespace, name } = object.metadata;
    const force = String(options.force ?? true);
    const fieldManager = options.manager ?? FIELD_MANAGER;
    const query = new URLSearchParams({ fieldManager, force, fieldValidation: 'Strict' });
    if (options.dryRun) query.set('dryRun', 'All');
    const path = `${pathOf(kindOf(object), namespace, name)}?${query.toString()}`;
    const contentType = 'application/apply-patch+yaml';
    return this.transport.ask<Item>({ method: 'PATCH', path, body: object, contentType, signal });
  }

  /** States the status of an object that others made; never makes one: an object that is gone is a Conflict. */
  async applyStatus(kind: Kind, object: KubeObject, status: object, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    const query = new URLSearchParams({ fieldManager: FIELD_MANAGER, force: 'true', fieldValidation: 'Strict' });
    const path = `${pathOf(kind, namespace, name)}/status?${query.toString()}`;
    const { apiVersion, kind: kindName } = kind;
    const body = { apiVersion, kind: kindName, metadata: { name, namespace, uid }, status };
    await this.transport.ask({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml', signal });
  }

  /**
   * Lets go of the number of replicas of a Deployment, which stays what it is until an autoscaler changes it. (Without this
   * it would be one as soon as we state it no more.)
   */
  async handOverReplicas(
    { apiVersion, kind, metadata }: KubeObject,
    replicas: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, namespace } = metadata;
    const stated = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, spec: { replicas } };
    await this.apply(stated as KubeObject, signal, { manager: SCALE_MANAGER });
  }

  /** Null when there is none. */
  async get<Item extends KubeObject>(
    kind: Kind,
    name: string,
    signal: AbortSignal,
    namespace?: string,
  ): Promise<Item | null> {
    try {
      return await this.transport.ask<Item>({ method: 'GET', path: pathOf(kind, namespace, name), signal });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** All pages of a list, one by one, as of the version of the first. Items lack `kind` and `apiVersion` on the wire; here they have them. */
  async *pages<Item extends KubeObject>(
    kind: Kind,
    signal: AbortSignal,
    filter: { readonly selector?: string; readonly namespace?: string; readonly limit?: number } = {},
  ): AsyncGenerator<ObjectList<Item>> {
    const query = new URLSearchParams({ limit: String(filter.limit ?? PAGE) });
    if (filter.selector) query.set('labelSelector', filter.selector);
    for (;;) {
      const path = `${pathOf(kind, filter.namespace)}?${query.toString()}`;
      const page = await this.transport.ask<ObjectList<Item>>({ method: 'GET', path, signal });
      const { apiVersion, kind: name } = kind;
      yield { ...page, items: page.items.map((item) => ({ ...item, apiVersion, kind: name })) };
      if (!page.metadata.continue) return;
      query.set('continue', page.metadata.continue);
    }
  }

  /** False when there was nothing to delete, or when what is there is not what was meant. */
  async delete(object: KubeObject, signal: AbortSignal, options: DeleteOptions = {}): Promise<boolean> {
    const { namespace, name } = object.metadata;
    const { propagation = 'Background', uid, resourceVersion } = options;
    const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation, preconditions };
    try {
      await this.transport.ask({ method: 'DELETE', path: pathOf(kindOf(object), namespace, name), body, signal });
      return true;
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return false;
      throw error;
    }
  }
}
