import type { DesiredWorkload } from '@berth/contracts/runtime';

/** What fences an environment in on a cluster. */
export interface Space {
  readonly environmentId: string;
  readonly namespace: string;
}

/** What is left of a space that is ending. */
export interface SpaceRemains {
  /** What somebody else has to let go of first; null while it is simply ending. */
  readonly heldBy: string | null;
}

/** The part of a runtime that keeps environments apart. Spaces are made with the first workload in them. */
export interface SpaceRuntime {
  /**
   * Makes the space of a workload, or makes it right, before anything of the workload is there.
   * @throws RuntimeUnavailable
   */
  makeSpace(desired: DesiredWorkload, signal: AbortSignal): Promise<void>;
  /**
   * Asks for the end of a space in which no workload is left; null when it is gone, or was never there.
   * @throws RuntimeUnavailable
   */
  endSpace(space: Space, signal: AbortSignal): Promise<SpaceRemains | null>;
}
