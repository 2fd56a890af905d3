import { Audit, type Caller } from '@berth/access';
import { sessionRevoked } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { Clock, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ImpersonationEnder } from '../impersonations/impersonation-ender.js';
import { SessionsRepository } from './sessions.repository.js';

export interface EndAll {
  readonly by: Caller | 'platform';
  readonly reason: string;
  readonly except?: string | undefined;
  /** Devices that were let in and have not come yet still may. */
  readonly sparesDevices?: boolean;
}

/** Ends sessions: their refresh tokens at once, their access tokens as soon as every service has heard. */
@Injectable()
export class SessionEnder {
  constructor(
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(ImpersonationEnder) private readonly impersonations: ImpersonationEnder,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Ends all sessions of a user but one, if that is given, those that devices were promised, and those in which an
   * administrator looks with somebody's eyes: as this user, or being it.
   */
  async endAll(tx: Tx, userId: string, { by, reason, except, sparesDevices = false }: EndAll): Promise<void> {
    if (!sparesDevices) await tx.query("delete from device_grant where user_id = $1 and state = 'approved'", [userId]);
    const open = await this.sessions.open(tx, userId);
    // All rows are locked before the first entry of the audit, as by whoever looks with somebody's eyes: it takes turns there.
    await this.impersonations.endAllOf(tx, userId, by);
    for (const sessionId of open) {
      if (sessionId !== except) await this.end(tx, userId, sessionId, by, reason);
    }
  }

  /** What an administrator does to somebody, who may have had no session. */
  async signOut(tx: Tx, userId: string, by: Caller, reason: string): Promise<void> {
    await this.endAll(tx, userId, { by, reason });
    const target = { kind: 'user', id: userId };
    await this.audit.record(tx, { by, action: 'users:sign-out', target, organizationId: null, detail: { reason } });
  }

  /** With all that its user saw from it with somebody else's eyes. False when there was none to end. */
  async end(tx: Tx, userId: string, sessionId: string, by: Caller | 'platform', reason: string): Promise<boolean> {
    if (!(await this.sessions.revoke(tx, userId, sessionId, this.clock.now()))) return false;
    await this.impersonations.endLookedIn(tx, userId, sessionId, by);
    await this.outbox.append(tx, sessionRevoked, { subject: sessionId, data: { sessionId, userId } });
    const target = { kind: 'session', id: sessionId };
    const detail = { reason, userId };
    await this.audit.record(tx, { by, action: 'sessions:revoke', target, organizationId: null, detail });
    return true;
  }
}
