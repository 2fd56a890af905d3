import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import {
  type DeadLetterAnswer,
  deadLetterPage,
  type DiscardDeadLetter,
  discardDeadLetter,
  type Page,
  type PageQuery,
  pageQuery,
  type ReplayDeadLetters,
  replayDeadLetters,
  type ReplayedDeadLetters,
  replayedDeadLetters,
} from '@berth/contracts/common';
import { type DeadLetter, DeadLetters } from '@berth/eventing';
import { Answers, AnswerNotStored, AnswersNothing, decodeCursor, encodeCursor } from '@berth/service-kit';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { deadLetterErrors } from './dead-letters.errors.js';

@Controller('v1/admin/metering/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetters,
    private readonly access: Access,
  ) {}

  /** Oldest first; only those that still hold up others. */
  @Get()
  @Requires('dead-letters:update')
  @Answers(deadLetterPage)
  async listDeadLetters(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ): Promise<Page<DeadLetterAnswer>> {
    this.access.requireOnPlatform(caller, 'dead-letters:update');
    const page = await this.letters.list({ limit, cursor: decodeCursor(cursor, 'place') });
    return { items: page.items.map(answerOf), next: page.next === null ? null : encodeCursor(page.next) };
  }

  /** Event by event in transactions of their own, so it cannot commit together with an Idempotency-Key. */
  @Post('replays')
  @Requires('dead-letters:update')
  @AnswerNotStored()
  @Answers(replayedDeadLetters)
  replayDeadLetters(
    @CurrentCaller() caller: Caller,
    @Body({ schema: replayDeadLetters }) { key, reason }: ReplayDeadLetters,
  ): Promise<ReplayedDeadLetters> {
    this.access.requireOnPlatform(caller, 'dead-letters:update');
    return this.letters.replay(key, by(caller, reason));
  }

  @Post('discards')
  @Requires('dead-letters:update')
  @AnswersNothing()
  async discardDeadLetter(
    @CurrentCaller() caller: Caller,
    @Body({ schema: discardDeadLetter }) { id, reason }: DiscardDeadLetter,
  ): Promise<void> {
    this.access.requireOnPlatform(caller, 'dead-letters:update');
    if (!(await this.letters.discard(id, by(caller, reason))))
      throw deadLetterErrors.DeadLetterNotFound('There is no such dead letter.', { pointer: '/id' });
  }
}

/** What is kept for ever says whose decision it was. */
const by = ({ subjectId }: Caller, reason: string): string => `${reason} (${subjectId})`;

const answerOf = ({ id, key, event, state, error, attempts, createdAt }: DeadLetter): DeadLetterAnswer => ({
  ...{ id, key, type: event.type, subject: event.subject, organizationId: event.organizationid ?? null },
  ...{ state: state === 'failed' ? 'failed' : 'parked', reason: error, attempts, since: createdAt.toISOString() },
});
