import {
  type DeadLetterAnswer,
  deadLetterPage,
  type DiscardDeadLetter,
  discardDeadLetter,
  type EventState,
  eventState,
  type Page,
  type PageQuery,
  pageQuery,
  type ReplayDeadLetters,
  replayDeadLetters,
  type ReplayedDeadLetters,
  replayedDeadLetters,
} from '@berth/contracts/common';
import type { ServiceName } from '@berth/contracts/events';
import { DeadLetters } from '@berth/eventing';
import { Answers, AnswerNotStored, AnswersNothing, decodeCursor, encodeCursor } from '@berth/service-kit';
import { Body, Controller, Get, Inject, Post, Query, type Type } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Access } from '../access.js';
import { type Caller, CurrentCaller } from '../caller.js';
import { Requires } from '../guard/route-access.js';
import { answerOf, by, stateOf } from './dead-letter-answers.js';
import { deadLetterErrors } from './dead-letters.errors.js';
import { EventStateRepository } from './event-state.repository.js';
import { operationNames } from './operation-names.js';

/** The same routes for each service, each under its own name: `/v1/admin/<service>/events` and `.../dead-letters`. */
export function eventAdministrationController(service: ServiceName): Type<unknown> {
  const nameOf = operationNames(service);
  const Operation = (verb: string, what: string) => ApiOperation({ operationId: nameOf(verb, what) });

  @Controller(`v1/admin/${service}`)
  class EventAdministrationController {
    constructor(
      @Inject(DeadLetters) private readonly letters: DeadLetters,
      @Inject(EventStateRepository) private readonly states: EventStateRepository,
      @Inject(Access) private readonly access: Access,
    ) {}

    @Get('events')
    @Operation('get', 'EventState')
    @Requires('dead-letters:update')
    @Answers(eventState)
    async getEventState(@CurrentCaller() caller: Caller): Promise<EventState> {
      this.access.requireOnPlatform(caller, 'dead-letters:update');
      return stateOf(await this.states.load());
    }

    /** Oldest first; only those that still hold up others. */
    @Get('dead-letters')
    @Operation('list', 'DeadLetters')
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
    @Post('dead-letters/replays')
    @Operation('replay', 'DeadLetters')
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

    @Post('dead-letters/discards')
    @Operation('discard', 'DeadLetter')
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
  return EventAdministrationController;
}
