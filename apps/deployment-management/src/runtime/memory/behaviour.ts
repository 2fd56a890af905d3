import type { ObservedInstance } from '@berth/contracts/runtime';

/** How the fake world treats instances of a release; `honest` starts and retires them at once. */
export type Behaviour =
  | { readonly kind: 'honest' }
  /** New instances never become ready. */
  | { readonly kind: 'hangs' }
  /** New instances end with this trouble again and again; the old ones stay. */
  | { readonly kind: 'fails'; readonly trouble: NonNullable<ObservedInstance['trouble']> }
  /** New instances are ready but those of the release before stay too. */
  | { readonly kind: 'keeps-old' }
  /** Everything is ready, but the route leads nowhere. */
  | { readonly kind: 'no-route' }
  /** Reports success with another artifact than was asked for. */
  | { readonly kind: 'lies'; readonly artifactDigest: string };

/** Behaviours under which the instances of the release before end. */
export const retires: readonly Behaviour['kind'][] = ['honest', 'no-route', 'lies'];

/** An instance as it shows itself under a behaviour. */
export function behaving(instance: ObservedInstance, behaviour: Behaviour, now: Date): ObservedInstance {
  const waiting = { ...instance, state: 'starting' as const, readySince: null, routed: false };
  switch (behaviour.kind) {
    case 'honest':
    case 'keeps-old':
    case 'no-route':
      return {
        ...instance,
        ...{ state: 'ready', routed: instance.processType === 'web', trouble: null },
        readySince: instance.readySince ?? now.toISOString(),
      };
    case 'hangs':
      return waiting;
    case 'fails':
      return { ...waiting, state: 'backoff', restarts: 1, trouble: behaviour.trouble };
    case 'lies':
      return { ...instance, artifactDigest: behaviour.artifactDigest };
  }
}
