import { AsyncLocalStorage } from 'node:async_hooks';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/** Something that runs SQL: a transaction, or the pool for reads that need none. */
export interface Sql {
  /** Runs one statement and answers its rows (also for `returning`). Parameters are `$1`, `$2`, ... */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

const run = async <Row>(runner: QueryRunner, sql: string, parameters: readonly unknown[]): Promise<Row[]> =>
  ((await runner.query(sql, [...parameters], true)) as { records: Row[] }).records;

/** An open transaction. Repositories take it first, so that a write outside a transaction does not type-check. */
export class Tx implements Sql {
  private readonly hooks: (() => void)[] = [];

  constructor(
    readonly manager: EntityManager,
    private readonly runner: QueryRunner,
  ) {}

  query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return run<Row>(this.runner, sql, parameters);
  }

  /** Runs `hook` after the commit; never when the transaction rolls back. The hook must not throw. */
  afterCommit(hook: () => void): void {
    this.hooks.push(hook);
  }

  /** Called by `Database` once the commit is acknowledged. */
  committed(): void {
    for (const hook of this.hooks) hook();
  }
}

/** One service's database: a pool, transactions with hooks after commit, and nothing of TypeORM's global state. */
export class Database implements Sql, OnApplicationShutdown {
  /** The transaction that encloses the current request, if any: see `enclose`. */
  private readonly enclosing = new AsyncLocalStorage<Tx>();

  constructor(readonly dataSource: DataSource) {}

  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const enclosing = this.enclosing.getStore();
    if (enclosing) return enclosing.query<Row>(sql, parameters);
    return (await this.pool.query<Row>(sql, [...parameters])).rows;
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
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async begin<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    let opened: Tx | undefined;
    const result = await this.dataSource.transaction(async (manager) => {
      if (!manager.queryRunner) throw new Error('a transaction has no query runner');
      opened = new Tx(manager, manager.queryRunner);
      return work(opened);
    });
    opened?.committed();
    return result;
  }
}
