import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { BaseConfig } from '../config/base-config.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Database, type Tx } from '../persistence/database.js';
import type { Keyring } from './keyring.js';

/** A column that holds sealed values. Names and expressions are ours, never input. */
export interface SealedColumn {
  readonly table: string;
  /** Of the primary key. */
  readonly key: string;
  readonly column: string;
  /** SQL that gives the context which the value of a row was sealed with. */
  readonly context: string;
}

export interface SealedRowsOptions {
  readonly config: Pick<BaseConfig, 'ROLE'>;
  readonly keyring: Keyring;
  readonly columns: readonly SealedColumn[];
}

/** Injection token. */
export const SEALED_ROWS = Symbol('berth.sealed-rows');

const BATCH = 200;

/** Wraps what older keys sealed anew with the current one, at the start of each worker; then the old keys can go. */
@Injectable()
export class SealedRows implements OnApplicationBootstrap {
  constructor(
    @Inject(SEALED_ROWS) private readonly options: SealedRowsOptions,
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.config.ROLE === 'api') return;
    for (const column of this.options.columns) {
      const count = await this.rewrapAll(column);
      if (count > 0)
        this.logger.info({ table: column.table, count }, 'sealed values were wrapped with the current key');
    }
  }

  private async rewrapAll(column: SealedColumn): Promise<number> {
    let total = 0;
    for (;;) {
      const count = await this.database.transaction((tx) => this.rewrapSome(tx, column));
      total += count;
      if (count < BATCH) return total;
    }
  }

  private async rewrapSome(tx: Tx, { table, key, column, context }: SealedColumn): Promise<number> {
    const { keyring } = this.options;
    const rows = await tx.query<{ key: string; sealed: Buffer; context: string }>(
      `select ${key}::text as key, ${column} as sealed, ${context} as context from ${table}
        where length(${column}) > 0 and substring(${column} from 1 for length($1::bytea)) <> $1
        order by ${key} limit ${BATCH} for update skip locked`,
      [keyring.header],
    );
    for (const row of rows)
      await tx.query(`update ${table} set ${column} = $2 where ${key}::text = $1`, [
        row.key,
        keyring.rewrap(row.context, row.sealed),
      ]);
    return rows.length;
  }
}
