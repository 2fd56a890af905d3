import type { Caller } from '@berth/access';
import type { ConditionStatement } from '../workloads/conditions.js';
import type { Mirrored } from './declaration.js';
import type { Fields } from './fields.js';

/** What an object declares, as it is now. */
export interface Target {
  readonly id: string;
  /** Another one after every change of what can be declared. Whoever wants it otherwise than somebody else has made it names this. */
  readonly version: string;
  readonly fields: Fields;
  readonly mirrored: Mirrored;
  readonly ready: ConditionStatement;
}

/** What a spec says when it was understood. */
export interface Stated {
  readonly projectId: string;
  readonly fields: Fields;
  find(caller: Caller): Promise<Target | undefined>;
  /** By the same service as the API. */
  create(caller: Caller): Promise<void>;
  /** By the same services as the API: those fields become what is stated, all others stay. */
  change(caller: Caller, target: Target, fields: readonly string[]): Promise<void>;
}

export type Understood = Stated | { readonly refused: string };

/** One kind of object that can be declared. */
export interface DeclaredKindDoor {
  /** Without asking anybody. */
  understand(name: string, spec: unknown): Understood;
}

export const ready = (message: string): ConditionStatement => ({
  ...{ type: 'Ready', status: 'true', reason: 'Exists', message },
});

/** Of what was never changed since they are counted it is empty: versions that people have written down stay. */
export const versionOfParts = (changes: number): string => (changes === 0 ? '' : `.p${changes}`);
