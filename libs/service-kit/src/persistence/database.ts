import { AsyncLocalStorage } from 'node:async_hooks';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { StatementChanged } from '../errors/infrastructure-error.js';
import { withoutConfinement } from '../logging/correlation.js';
import { confinementNow, settingOf } from './confinement.js';
import { PreparedQuery } from './prepared-query.js';

/** Something that runs SQL: a transaction, or the pool for reads that need none. */
export interface Sql {
  /** Runs one statement and answers its rows (also for `returning`). Parameters are `$1`, `$2`, ... */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /**
   * As `query`, of a statement that each connection prepares once: a text of the source, of which one plan fits all parameters,
   * as when all that it looks for is found by a key.
   */
  queryPrepared<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** The row with a key, prepared. */
  queryOne<Row extends object>(sql: string, key: readonly string[]): Promise<Row | undefined>;
}

/** Sends what reads many rows: policies hold the rows back that are of no organization in which the request was allowed to act. */
export interface ConfinedSql extends Sql {
  readonly isConfined: true;
}

/** Statements on one connection. */
class Session implements ConfinedSql {
  readonly isConfined = true;

  constructor(
    private readonly client: PoolClient,
    /** The connection is of no use after this. */
    private readonly breaks: (error: Error) => void,
    /** What its statements are confined to, as the server was told. */
    private confinement: string,
  ) {}

  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.confined(() => this.client.query<Row>(sql, [...parameters]))).rows;
  }

  queryPrepared<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const query = new PreparedQuery<Row>(sql, parameters);
    return this.confined(() => answerOf(query, this.client)).catch((error: Error) => {
      if (query.isSpoilt(error)) this.breaks(error);
      throw query.isOutdated(error) ? new StatementChanged(error.message, { cause: error }) : error;
    });
  }

  async queryOne<Row extends object>(sql: string, key: readonly string[]): Promise<Row | undefined> {
    return (await this.queryPrepared<Row>(sql, key))[0];
  }

  /** With a name, Postgres parses and plans the statement once for each connection. */
  async queryNamed<Row extends object>(statement: QueryConfig): Promise<Row[]> {
    return (await this.confined(() => this.client.query<Row>(statement))).rows;
  }

  /** What was allowed since the statement before is said ahead of this one, in the same packet. */
  private confined<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    const confinement = confinementNow();
    if (confinement === this.confinement) return send();
    this.confinement = confinement;
    sendTogether(this.client as unknown as Wired);
    return Promise.all([this.client.query(settingOf(confinement)), send()]).then(([, answer]) => answer);
  }
}

/** An open transaction. Repositories take it first, so that a write outside a transaction does not type-check. */
export class Tx extends Session {
  private readonly hooks: (() => void)[] = [];

  /** Runs `hook` after the commit; never when the transaction rolls back. The hook must not throw. */
  afterCommit(hook: () => void): void {
    this.hooks.push(hook);
  }

  /** Called by `Database` once the commit is acknowledged. */
  committed(): void {
    for (const hook of this.hooks) hook();
  }
}

/** What the driver takes, and its types do not tell. */
interface AsksPrepared {
  query(query: PreparedQuery<object>, values: undefined, callback: (error?: Error | null) => void): void;
}

function answerOf<Row extends object>(query: PreparedQuery<Row>, of: unknown): Promise<Row[]> {
  return new Promise<Row[]>((resolve, reject) => {
    (of as AsksPrepared).query(query, undefined, (error) => (error ? reject(error) : resolve(query.answer)));
  }).catch((error: Error) => {
    Error.captureStackTrace(error); // as the driver does: who asked helps more than what the socket did
    throw error;
  });
}

/** One service's database: a pool, transactions with hooks after commit, and nothing of TypeORM's global state. */
export class Database implements Sql, OnApplicationShutdown {
  /** The transaction that encloses the current request, if any: see `enclose`. */
  private readonly enclosing = new AsyncLocalStorage<Tx>();
  private readonly inUse: PoolClient[] = [];

  constructor(readonly dataSource: DataSource) {}

  query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const enclosing = this.enclosing.getStore();
    // Reads are the same with an Idempotency-Key as without one.
    if (enclosing) return withoutConfinement(() => enclosing.query<Row>(sql, parameters));
    return this.pool.query<Row>(sql, [...parameters]).then(({ rows }) => rows);
  }

  /** What a migration has changed since is asked once more: the pool ends a connection on which a statement failed. */
  queryPrepared<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const enclosing = this.enclosing.getStore();
    if (enclosing) return withoutConfinement(() => enclosing.queryPrepared<Row>(sql, parameters));
    const query = new PreparedQuery<Row>(sql, parameters);
    return answerOf(query, this.pool).catch((error: Error) => {
      if (query.isOutdated(error)) return this.query<Row>(sql, parameters);
      throw error;
    });
  }

  async queryOne<Row extends object>(sql: string, key: readonly string[]): Promise<Row | undefined> {
    return (await this.queryPrepared<Row>(sql, key))[0];
  }

  /**
   * For lists, of which no check has judged each object: reads that are confined as transactions of the request are. It is for
   * them to find all that they need among what is of those organizations.
   */
  readonly confined: ConfinedSql = {
    isConfined: true,
    query: <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      this.read((on) => on.query<Row>(sql, parameters)),
    queryPrepared: <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      this.read((on) => on.queryPrepared<Row>(sql, parameters)),
    queryOne: <Row extends object>(sql: string, key: readonly string[]) =>
      this.read((on) => on.queryOne<Row>(sql, key)),
  };

  /**
   * Reads on one connection: those that are asked for without waiting for one another leave in one packet. No transaction: each
   * sees what is committed when it is its turn. Not for requests, which are confined. What a migration has changed since is asked
   * once more.
   */
  together<Answer>(ask: (on: Sql) => Promise<Answer>): Promise<Answer> {
    const enclosing = this.enclosing.getStore();
    if (enclosing) return withoutConfinement(() => ask(enclosing));
    return this.inOnePacket(ask).catch((error: unknown) => {
      if (error instanceof StatementChanged) return withoutConfinement(() => ask(this));
      throw error;
    });
  }

  private inOnePacket<Answer>(ask: (on: Sql) => Promise<Answer>): Promise<Answer> {
    return this.onConnection(async (client, breaks) => {
      sendTogether(client as unknown as Wired);
      try {
        return await withoutConfinement(() => ask(new Session(client, breaks, '')));
      } catch (error) {
        // Others may be under way, which nobody waits for any more.
        await client.query('').catch(breaks);
        throw error;
      }
    });
  }

  private read<Answer>(ask: (on: Sql) => Promise<Answer>): Promise<Answer> {
    return confinementNow() === '' ? ask(this) : this.transaction(ask);
  }

  /** Commits when `work` resolves, rolls back when it throws and throws on. Isolation: read committed. */
  async transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const enclosing = this.enclosing.getStore();
    if (enclosing) return work(enclosing);
    return this.begin(work);
  }

  /**
   * Runs `work` so that every query and transaction below it joins one transaction: all of a request commits, or none.
   * Used to commit an Idempotency-Key together with its effect.
   */
  enclose<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.begin((tx) => this.enclosing.run(tx, () => work(tx)));
  }

  /** Runs `work` outside the transaction that encloses the request: for a command that commits step by step. */
  apart<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.enclosing.exit(work);
  }

  /** TypeORM's own: a read outside of a transaction needs nothing of the rest, which costs as much as the driver itself. */
  private get pool(): Pool {
    return (this.dataSource.driver as PostgresDriver).master as Pool;
  }

  async onApplicationShutdown(): Promise<void> {
    // What still hangs in a transaction is not waited for: it ends with its connection, rolled back.
    for (const client of this.inUse.splice(0)) client.release(true);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /**
   * Listens before anybody waits: the end of a connection may come in the packet that says it is ready, and an error that
   * nobody listens to ends the process.
   */
  private connect(breaks: (error: Error) => void): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.pool.connect((error, client) => {
        if (!client) return reject(error ?? new Error('The pool gave no connection.'));
        resolve(client.on('error', breaks));
      });
    });
  }

  private begin<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.onConnection(async (client, breaks) => {
      try {
        return await commit(client, work, breaks);
      } catch (error) {
        await client.query('rollback').catch(breaks);
        throw error;
      }
    });
  }

  /** `breaks`: the connection is ended afterwards, not given back. */
  private async onConnection<Result>(
    work: (client: PoolClient, breaks: (error: Error) => void) => Promise<Result>,
  ): Promise<Result> {
    let broken: Error | undefined;
    const breaks = (error: Error): void => void (broken ??= error);
    const client = await this.connect(breaks);
    this.inUse.push(client);
    try {
      return await work(client, breaks);
    } finally {
      client.off('error', breaks);
      this.giveBack(client, broken);
    }
  }

  private giveBack(client: PoolClient, broken: Error | undefined): void {
    const at = this.inUse.indexOf(client);
    if (at < 0) return;
    this.inUse.splice(at, 1);
    client.release(broken);
  }
}

/** By the driver alone: TypeORM's own transactions cost as much as a statement, and wait for each word of theirs. */
async function commit<Result>(
  client: PoolClient,
  work: (tx: Tx) => Promise<Result>,
  breaks: (error: Error) => void,
): Promise<Result> {
  const confinement = confinementNow();
  const tx = new Tx(client, breaks, confinement);
  // The first statement of `work` is sent along with `begin`, in one packet, not after its answer.
  sendTogether(client as unknown as Wired);
  const begun = client.query(confinement === '' ? 'begin' : `begin; ${settingOf(confinement)}`);
  begun.catch(breaks);
  const result = await work(tx);
  await begun;
  const { command } = await client.query('commit');
  // Postgres answers so, without an error, when a statement had failed and `work` went on as if it had not.
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed.');
  tx.committed();
  return result;
}

/** What a client of the driver has, and its types do not tell. */
interface Wired {
  readonly connection: { readonly stream: { cork(): void; uncork(): void } };
}

/** What is asked for before the process turns to something else leaves in one packet: PostgreSQL is woken once for it. */
function sendTogether({ connection: { stream } }: Wired): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}
