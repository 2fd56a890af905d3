import { createHash, createHmac } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
  RequestMethod,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { defineErrors } from '../errors/define-errors.js';
import { Routes } from '../http/routes.js';
import { Database, type Tx } from '../persistence/database.js';
import { REPLAY_JUDGE, type ReplayJudge } from './replay-judge.js';
import { type AnswerKey, type Headers, StoredAnswers, type StoredAnswer } from './stored-answers.js';

const NOT_STORED = 'berth:answer-not-stored';

/** The route's answer holds a credential: it is never stored, and a repeated Idempotency-Key runs the route again. */
export const AnswerNotStored = () => SetMetadata(NOT_STORED, true);

const errors = defineErrors({ IdempotencyKeyInvalid: 422, IdempotencyKeyReused: 422, IdempotencyKeyInUse: 409 });

const mayBePost = [RequestMethod.POST, RequestMethod.ALL];

type Request = FastifyRequest & { caller?: { subjectId: string } };

interface Exchange {
  readonly request: Request;
  readonly reply: FastifyReply;
  readonly key: AnswerKey;
}

/**
 * Idempotency-Key on every POST (draft-ietf-httpapi-idempotency-key-header): the key, the answer and the effect commit in
 * one transaction, so that a repeat within 24 h answers the same without a second effect, whatever was killed in between.
 * A refused request stores nothing: its repeat is judged anew. A repeat gets its answer only after its caller was judged anew.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly answers = new StoredAnswers();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Routes) routes: Routes,
    @Optional() @Inject(REPLAY_JUDGE) private readonly judge?: ReplayJudge,
  ) {
    // Nothing else passes it: what intercepts a request costs a read a tenth of its processor time.
    routes.encloseEach((route) => {
      if (mayBePost.includes(route.method)) route.decorate(UseInterceptors(this));
    });
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (this.reflector.getAllAndOverride<boolean>(NOT_STORED, [context.getHandler(), context.getClass()]))
      return next.handle();
    const exchange = {
      request,
      reply: context.switchToHttp().getResponse<FastifyReply>(),
      key: answerKeyOf(request, key),
    };
    return defer(() => this.database.enclose((tx) => this.once(tx, exchange, next)));
  }

  private async once(tx: Tx, exchange: Exchange, next: CallHandler): Promise<unknown> {
    const { request, reply, key } = exchange;
    if (!(await this.answers.lock(tx, key)))
      throw errors.IdempotencyKeyInUse('A request with this Idempotency-Key is still running.', { retryAfter: 1 });
    const stored = await this.answers.find(tx, key);
    if (stored) return this.replay(stored, exchange);
    const before = reply.getHeaders();
    const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
    await this.answers.store(tx, key, {
      status: reply.statusCode,
      headers: added(before, reply.getHeaders()),
      checks: this.judge?.checksOf(request) ?? null,
      answer,
    });
    return answer;
  }

  private async replay(stored: StoredAnswer & { bodyHash: string }, exchange: Exchange): Promise<unknown> {
    const { request, reply, key } = exchange;
    if (stored.bodyHash !== key.bodyHash)
      throw errors.IdempotencyKeyReused('This Idempotency-Key was used with another request.');
    await this.judge?.judge(request, stored.checks, stored.headers);
    void reply
      .status(stored.status)
      .headers({ ...stored.headers })
      .header('idempotent-replay', 'true');
    return stored.answer ?? undefined;
  }
}

/** What the route has set, beyond what every answer has. */
const added = (before: Headers, after: Headers): Headers =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));

function answerKeyOf(request: Request, key: string | string[]): AnswerKey {
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw errors.IdempotencyKeyInvalid('Idempotency-Key must be 1 to 255 visible ASCII characters.');
  }
  const [path, query = ''] = request.url.split('?');
  // A body may hold a password. Without the key, which is not stored as it is, its hash cannot be tried against a list.
  const bodyHash = createHmac('sha256', key)
    .update(`${query}\n${JSON.stringify(request.body ?? null)}`)
    .digest('hex');
  const keyHash = createHash('sha256').update(key).digest('hex');
  return { subject: request.caller?.subjectId ?? request.ip, route: `POST ${path}`, key: keyHash, bodyHash };
}
