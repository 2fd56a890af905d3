import type { Headers, ReplayJudge } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Access, pending } from '../access.js';
import { BERTH_ACCESS, parseBerthAccess } from '../berth-access.js';
import type { WithCaller } from '../caller.js';
import { AccessCache } from '../read-copy/access-cache.js';
import { type Check, checksOf } from './object-checks.js';

/** How long a repeat waits for the read copy to reach what the first answer had made. */
const WAIT_MS = 2_000;

/** Lets a stored answer out only to a caller who passes every check that the first one passed. */
@Injectable()
export class ReplayedAnswers implements ReplayJudge {
  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  checksOf({ caller }: WithCaller): readonly Check[] {
    return caller ? checksOf(caller) : [];
  }

  async judge({ caller }: WithCaller, checks: readonly Check[] | null, headers: Headers): Promise<void> {
    if (!caller) return;
    await this.catchUp(headers[BERTH_ACCESS]);
    for (const { permission, target } of checks ?? []) {
      if (target) await this.access.require(caller, permission, target);
      else this.access.requireOnPlatform(caller, permission);
    }
  }

  /** The client that lost the answer has not seen the version that came with it, so it cannot ask for it. */
  private async catchUp(header: Headers[string]): Promise<void> {
    const made = typeof header === 'string' ? parseBerthAccess(header) : undefined;
    if (made && !(await this.cache.reached(made.organizationId, made.version, WAIT_MS))) throw pending();
  }
}
