import { Audit } from '@berth/access';
import { Clock, CONFIG, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { newToken } from '../sealing/opaque-token.js';
import { UserAdmission } from '../users/user-admission.js';
import type { Device } from './device.js';
import { endOf } from './session.js';
import { SessionsRepository } from './sessions.repository.js';

export interface StartedSession {
  readonly sessionId: string;
  readonly refreshToken: string;
}

/** Begins sessions. Who may have one was proven before. */
@Injectable()
export class SessionStarter {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(UserAdmission) private readonly admission: UserAdmission,
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /**
   * @param secondFactor whether more than a password was shown
   * @throws DomainError 403 `user_suspended`
   */
  async start(tx: Tx, userId: string, device: Device, secondFactor = false): Promise<StartedSession> {
    await this.admission.admit(tx, userId);
    const [sessionId, refreshToken, now] = [this.ids.next(), newToken(), this.clock.now()];
    const expiresAt = endOf(now, now, this.config);
    const session = {
      id: sessionId,
      userId,
      ...device,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      revokedAt: null,
      secondFactor,
    };
    await this.sessions.insert(tx, session);
    await this.sessions.addToken(tx, sessionId, refreshToken, now);
    const target = { kind: 'session', id: sessionId };
    const act = { by: 'platform', person: userId, action: 'sessions:create' } as const;
    await this.audit.record(tx, { ...act, target, organizationId: null, detail: { userId } });
    return { sessionId, refreshToken };
  }
}
