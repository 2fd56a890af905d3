import type { Caller } from '@berth/access';
import { Clock, Database, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { stepUpErrors } from './step-up.errors.js';

const HOLDS_MS = 15 * 60_000;

/** Whether the person of a session was proven a short while ago. */
@Injectable()
export class StepUp {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the session's person was proven a short while ago: when it began, or by a step-up. An API token is no
   * session, so it may do nothing dangerous; nor may a session that was ended, although not every service has heard of it.
   * @throws DomainError 403 `step_up_required`
   */
  async require({ sessionId, subjectId }: Caller, sql: Sql = this.database): Promise<void> {
    const proven = await sql.query(
      'select id from session where id = $1 and user_id = $2 and proven_at > $3 and revoked_at is null',
      [sessionId, subjectId, new Date(this.clock.now().getTime() - HOLDS_MS)],
    );
    if (proven.length > 0) return;
    throw stepUpErrors.StepUpRequired('Prove first that it is you: POST /v1/auth/step-up, from a session.');
  }

  /** Answers until when it holds; undefined when there is no such session any more. */
  async proven(tx: Tx, { sessionId, subjectId }: Caller, secondFactor: boolean): Promise<Date | undefined> {
    const now = this.clock.now();
    const rows = await tx.query(
      `update session set proven_at = $3, second_factor = $4
        where id = $1 and user_id = $2 and revoked_at is null returning id`,
      [sessionId, subjectId, now, secondFactor],
    );
    return rows.length > 0 ? new Date(now.getTime() + HOLDS_MS) : undefined;
  }
}
