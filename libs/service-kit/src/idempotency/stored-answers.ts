import type { Tx } from '../persistence/database.js';

/** Headers of an answer, names in lower case. */
export type Headers = Readonly<Record<string, number | string | string[] | undefined>>;

export interface AnswerKey {
  readonly subject: string;
  readonly route: string;
  /** Hash of the key. */
  readonly key: string;
  /** Of the query and the body: the same key with another one is a mistake of the caller. */
  readonly bodyHash: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What the route had checked: for the judge of repeats. */
  readonly checks: unknown;
  readonly answer: unknown;
}

/** Answers to requests with an Idempotency-Key, for 24 hours. */
export class StoredAnswers {
  /** False while another request with this key is running. */
  async lock(tx: Tx, { subject, route, key }: AnswerKey): Promise<boolean> {
    const [row] = await tx.query<{ free: boolean }>(
      'select pg_try_advisory_xact_lock(hashtextextended($1, 71636)) as free',
      [`${subject} ${route} ${key}`],
    );
    return row?.free === true;
  }

  async find(tx: Tx, { subject, route, key }: AnswerKey): Promise<(StoredAnswer & { bodyHash: string }) | undefined> {
    const [row] = await tx.query<StoredAnswer & { bodyHash: string }>(
      `select body_hash as "bodyHash", status, headers, checks, answer from idempotency_key
        where subject = $1 and route = $2 and key = $3 and created_at > now() - interval '24 hours'`,
      [subject, route, key],
    );
    return row;
  }

  /** Also forgets some of the answers that are too old. */
  async store(tx: Tx, { subject, route, key, bodyHash }: AnswerKey, stored: StoredAnswer): Promise<void> {
    const { status, headers, checks, answer } = stored;
    const json = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value));
    await tx.query(
      `with expired as (
         delete from idempotency_key where ctid = any (array(
           select ctid from idempotency_key where created_at < now() - interval '24 hours' limit 100 for update skip locked)))
       insert into idempotency_key (subject, route, key, body_hash, status, headers, checks, answer)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (subject, route, key) do update set body_hash = excluded.body_hash, status = excluded.status,
         headers = excluded.headers, checks = excluded.checks, answer = excluded.answer, created_at = now()`,
      [subject, route, key, bodyHash, status, json(headers), json(checks), json(answer)],
    );
  }
}
