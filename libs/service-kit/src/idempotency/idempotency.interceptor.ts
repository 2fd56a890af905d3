import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { defineErrors } from '../errors/define-errors.js';
import { Database, type Tx } from '../persistence/database.js';

const NOT_STORED = 'berth:answer-not-stored';

/** The route's answer holds a credential: it is never stored, and a repeated Idempotency-Key runs the route again. */
export const AnswerNotStored = () => SetMetadata(NOT_STORED, true);

const errors = defineErrors({ IdempotencyKeyInvalid: 422, IdempotencyKeyReused: 422, IdempotencyKeyInUse: 409 });

interface Stored {
  readonly bodyHash: string;
  readonly status: number;
  readonly location: string | null;
  readonly answer: unknown;
}

interface Scope {
  readonly subject: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: string;
}

/**
 * Idempotency-Key on every POST (draft-ietf-httpapi-idempotency-key-header): the key, the answer and the effect commit in
 * one transaction, so that a repeat within 24 h answers the same without a second effect, whatever was killed in between.
 * A refused request stores nothing: its repeat is judged anew.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest & { caller?: { subjectId: string } }>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (this.reflector.getAllAndOverride<boolean>(NOT_STORED, [context.getHandler(), context.getClass()]))
      return next.handle();
    const scope = scopeOf(request, key);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return defer(() => this.database.enclose((tx) => this.once(tx, scope, reply, next)));
  }

  private async once(tx: Tx, scope: Scope, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const lock = `${scope.subject} ${scope.route} ${scope.key}`;
    const [locked] = await tx.query<{ free: boolean }>(
      'select pg_try_advisory_xact_lock(hashtextextended($1, 71636)) as free',
      [lock],
    );
    if (!locked?.free)
      throw errors.IdempotencyKeyInUse('A request with this Idempotency-Key is still running.', { retryAfter: 1 });
    const stored = await find(tx, scope);
    if (stored) return replay(stored, scope, reply);
    const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
    await store(tx, scope, reply, answer);
    return answer;
  }
}

function scopeOf(request: FastifyRequest & { caller?: { subjectId: string } }, key: string | string[]): Scope {
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw errors.IdempotencyKeyInvalid('Idempotency-Key must be 1 to 255 visible ASCII characters.');
  }
  const bodyHash = createHash('sha256')
    .update(JSON.stringify(request.body ?? null))
    .digest('hex');
  return {
    subject: request.caller?.subjectId ?? request.ip,
    route: `POST ${request.url.split('?')[0]}`,
    key,
    bodyHash,
  };
}

async function find(tx: Tx, scope: Scope): Promise<Stored | undefined> {
  const [row] = await tx.query<Stored>(
    `select body_hash as "bodyHash", status, location, answer from idempotency_key
      where subject = $1 and route = $2 and key = $3 and created_at > now() - interval '24 hours'`,
    [scope.subject, scope.route, scope.key],
  );
  return row;
}

function replay(stored: Stored, scope: Scope, reply: FastifyReply): unknown {
  if (stored.bodyHash !== scope.bodyHash)
    throw errors.IdempotencyKeyReused('This Idempotency-Key was used with another body.');
  void reply.status(stored.status).header('idempotent-replay', 'true');
  if (stored.location) void reply.header('location', stored.location);
  return stored.answer ?? undefined;
}

async function store(tx: Tx, scope: Scope, reply: FastifyReply, answer: unknown): Promise<void> {
  const location = reply.getHeader('location') ?? null;
  const { subject, route, key, bodyHash } = scope;
  const json = answer === undefined ? null : JSON.stringify(answer);
  await tx.query(
    `with expired as (
       delete from idempotency_key where ctid = any (array(
         select ctid from idempotency_key where created_at < now() - interval '24 hours' limit 100 for update skip locked)))
     insert into idempotency_key (subject, route, key, body_hash, status, location, answer)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (subject, route, key) do update set body_hash = excluded.body_hash, status = excluded.status,
       location = excluded.location, answer = excluded.answer, created_at = now()`,
    [subject, route, key, bodyHash, reply.statusCode, location, json],
  );
}
