import type { DesiredWorkload } from '@berth/contracts/runtime';

/** What keeps visitors out of the fake world, by the test's will. */
export class MemoryWalls {
  /** Why nobody can be kept out. */
  refusal: string | null = null;
  /** Says that it keeps visitors out, and lets everybody in. */
  leavesOpen = false;

  /** What the platform itself is answered, which has no password and is in no network. */
  statusFor({ protection }: DesiredWorkload): number {
    if (!protection || this.leavesOpen) return 200;
    return protection.allow ? 403 : 401;
  }
}
