import type { DeclaredKindName, KubeObject } from '@berth/kubernetes';
import type { Fields } from './fields.js';

/** The queue in which objects that people declare in clusters are looked at. */
export const DECLARATIONS = 'declarations';

/** What was seen of whatever an object declares that nobody hears: it is no matter how that is. */
export const SILENT = 'silent';

/** Where an object is. */
export interface Place {
  readonly clusterId: string;
  readonly kind: DeclaredKindName;
  readonly namespace: string;
  readonly name: string;
}

/** None of the parts holds a slash. */
export const keyOfPlace = ({ clusterId, kind, namespace, name }: Place): string =>
  `${clusterId}/${kind}/${namespace}/${name}`;

export function placeOf(key: string): Place {
  const [clusterId = '', kind = '', namespace = '', name = ''] = key.split('/');
  return { clusterId, kind: kind as DeclaredKindName, namespace, name };
}

/** An object of `berth.dev`, as the cluster has it. */
export interface DeclaredObject extends KubeObject {
  readonly spec?: object;
  readonly status?: DeclaredStatus;
}

/** A condition in the words of Kubernetes. */
export interface KubeCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

export interface DeclaredStatus extends Mirrored {
  readonly observedGeneration?: number;
  readonly conditions?: readonly KubeCondition[];
}

/** What the status says of what there is. Never a value of config, nor an address that may hold a password. */
export interface Mirrored {
  readonly id?: string;
  readonly generation?: number;
  /** The annotation `berth.dev/overwrite` names it. */
  readonly version?: string;
  readonly url?: string;
  readonly release?: number;
}

/** What was made of an object so far. */
export interface DeclarationRow {
  readonly key: string;
  readonly delegationId: string | null;
  readonly uid: string;
  /** What it declares; null: nothing yet. */
  readonly targetId: string | null;
  /** What it stated and what was so, field by field, when that was last looked at. */
  readonly agreed: Fields;
  /** How what it declares was then. */
  readonly seen: string;
}
