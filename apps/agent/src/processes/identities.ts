import { createHash } from 'node:crypto';

/** Whom a workload's processes run as; absent: as the agent itself. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const FIRST = 200_000;
const COUNT = 100_000;

/** One user id per workload, from its id; the next free one when two of them meet. */
export class Identities {
  private readonly taken = new Map<number, string>();

  of(workloadId: string): Identity {
    const hash = createHash('sha256').update(workloadId).digest().readUInt32BE(0);
    for (let step = 0; step < COUNT; step++) {
      const uid = FIRST + ((hash + step) % COUNT);
      if ((this.taken.get(uid) ?? workloadId) !== workloadId) continue;
      this.taken.set(uid, workloadId);
      return { uid, gid: uid };
    }
    throw new Error('No user id is free.');
  }

  release(workloadId: string): void {
    for (const [uid, owner] of this.taken) if (owner === workloadId) this.taken.delete(uid);
  }
}
