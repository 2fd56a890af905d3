import type { Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { Session } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { localPlaceOf } from '../places/local-network.js';
import { type Places, PLACES } from '../places/places.js';
import { StepUp } from '../step-up/step-up.js';
import { type SessionRecord, toSession } from './session.js';
import { SessionEnder } from './session-ender.js';
import { sessionErrors } from './sessions.errors.js';
import { SessionsRepository } from './sessions.repository.js';

/** A person's own sessions. */
@Injectable()
export class SessionsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(StepUp) private readonly stepUp: StepUp,
    @Inject(PLACES) private readonly places: Places,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async list(caller: Caller, { limit, cursor }: PageQuery): Promise<Page<Session>> {
    const after = decodeCursor(cursor, 'id');
    const rows = await this.sessions.list(this.database, caller.subjectId, this.clock.now(), after, limit + 1);
    const sessions = await Promise.all(
      rows.map(async (row) => toSession(row, await this.placeOf(row), caller.sessionId)),
    );
    return toPage(sessions, limit, (session) => session.id);
  }

  private async placeOf({ address }: SessionRecord): Promise<string | null> {
    return address === null ? null : (localPlaceOf(address) ?? this.places.of(address));
  }

  /** Ends the session that the caller's token belongs to; it may have ended already. */
  async logout(caller: Caller): Promise<void> {
    await this.database.transaction((tx) =>
      this.ender.end(tx, caller.subjectId, caller.sessionId, caller, 'logged out'),
    );
  }

  /** Signs out everywhere, here included. */
  async revokeAll(caller: Caller): Promise<void> {
    await this.database.transaction((tx) =>
      this.ender.endAll(tx, caller.subjectId, { by: caller, reason: 'signed out everywhere' }),
    );
  }

  /** Somebody else's device must not lock its owner out elsewhere: another session than the own takes a fresh proof. */
  async revoke(caller: Caller, sessionId: string): Promise<void> {
    if (sessionId !== caller.sessionId) await this.stepUp.require(caller);
    await this.database.transaction(async (tx) => {
      if (await this.ender.end(tx, caller.subjectId, sessionId, caller, 'revoked by its owner')) return;
      throw sessionErrors.SessionNotFound('You have no such session.');
    });
  }
}
