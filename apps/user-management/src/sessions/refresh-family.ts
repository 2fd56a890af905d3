import { Clock, CONFIG, Keyring, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { judgeRefresh } from './refresh.js';
import { endOf } from './session.js';
import { SessionEnder } from './session-ender.js';
import { type Presenter, SessionsRepository } from './sessions.repository.js';

/** The session that goes on, with the token that continues it. */
export interface Continuation extends Presenter {
  readonly successor: string;
}

/** The refresh tokens of a session: each is exchanged once, for the next. */
@Injectable()
export class RefreshFamily {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Exchanges a token; undefined when it is good no longer. A token that is used again ends its session: whoever stole it
   * and whoever it was stolen from cannot be told apart.
   */
  async continue(tx: Tx, token: string): Promise<Continuation | undefined> {
    // It follows from the token, so that an honest retry gets the same one although only hashes are stored.
    const successor = this.keyring.derive('refresh-token', token).toString('base64url');
    const presented = await this.sessions.present(tx, token, successor);
    if (!presented) return undefined;
    const { sessionId, userId, secondFactor } = presented;
    const now = this.clock.now();
    switch (judgeRefresh(presented, now)) {
      case 'refuse':
        return undefined;
      case 'reuse':
        await this.ender.end(tx, userId, sessionId, 'platform', 'refresh token used twice');
        return undefined;
      case 'rotate':
        await this.sessions.exchange(tx, token, successor, {
          sessionId,
          now,
          expiresAt: endOf(presented.sessionCreatedAt, now, this.config),
        });
        return { sessionId, userId, secondFactor, successor };
      case 'repeat':
        return { sessionId, userId, secondFactor, successor };
    }
  }
}
