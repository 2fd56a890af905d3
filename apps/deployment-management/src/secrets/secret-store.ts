import { bytesIn, isFileName } from '@berth/contracts/common';
import type { SecretList, SecretsChange } from '@berth/contracts/deployment';
import { CONFIG, type Keyring, type SealedColumn, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import type { ConfigEntries, ConfigEntry } from '../config/config-version.js';
import { pinnedIn, type SecretVersion } from './pinned-secrets.js';

interface SealedRow {
  readonly id: string;
  /** The workload, organization, project or environment that it is of. */
  readonly ownerId: string;
  readonly name: string;
  readonly number: number;
  readonly sealed: Buffer;
}

const columns = 'id, name, number, bytes, created_at as "createdAt"';
/** For wrapping all of them anew after a change of keys; `contextOf` in SQL. */
export const sealedSecrets: SealedColumn = {
  table: 'secret_version',
  key: 'id',
  column: 'sealed',
  context: `workload_id || '/' || name || '/' || number`,
};

const contextOf = (row: Omit<SealedRow, 'sealed' | 'id'>): string => `${row.ownerId}/${row.name}/${row.number}`;

/** What is sealed: of a file its bytes. */
const plainOf = (name: string, value: string): Buffer => Buffer.from(value, isFileName(name) ? 'base64' : 'utf8');

export const toSecretItem = ({ name, number, bytes, createdAt }: SecretVersion): SecretList['items'][number] => ({
  ...{ name, version: number, createdAt: createdAt.toISOString() },
  ...(bytes !== null && { bytes }),
});

export const toRevoked = ({ name, number }: SecretVersion): SecretsChange['revoked'][number] => ({
  ...{ name, version: number },
});

/** Secret versions, sealed in our own database. Values leave it only towards the runtime. */
@Injectable()
export class SecretStore {
  private readonly keyring: Keyring;

  constructor(
    private readonly mint: Mint,
    @Inject(CONFIG) config: Config,
  ) {
    this.keyring = config.KEY_ENCRYPTION_KEY;
  }

  /** Makes the next version of a secret, which of a file is given in base64. The caller holds the row lock of its owner. */
  async add(tx: Tx, ownerId: string, name: string, value: string): Promise<SecretVersion> {
    const [last] = await tx.query<{ number: number }>(
      'select coalesce(max(number), 0)::int as number from secret_version where workload_id = $1 and name = $2',
      [ownerId, name],
    );
    const bytes = isFileName(name) ? bytesIn(value) : null;
    const version = { id: this.mint.id(), name, number: (last?.number ?? 0) + 1, bytes, createdAt: this.mint.now() };
    const sealed = this.keyring.seal(contextOf({ ownerId, ...version }), plainOf(name, value));
    await tx.query(
      `insert into secret_version (id, workload_id, name, number, sealed, bytes, created_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [version.id, ownerId, name, version.number, sealed, bytes, version.createdAt],
    );
    return version;
  }

  /** The next version of each, as a config pins them. The caller holds the row lock of their owner. */
  async addAll(tx: Tx, ownerId: string, values: Readonly<Record<string, string>>): Promise<ConfigEntries> {
    const set: Record<string, ConfigEntry> = {};
    for (const [name, value] of Object.entries(values))
      set[name] = { secretVersionId: (await this.add(tx, ownerId, name, value)).id };
    return set;
  }

  async describe(sql: Sql, ids: readonly string[]): Promise<SecretVersion[]> {
    return sql.query<SecretVersion>(`select ${columns} from secret_version where id = any ($1) order by name`, [ids]);
  }

  async revokedAmong(sql: Sql, ids: readonly string[]): Promise<SecretVersion[]> {
    return sql.queryPrepared<SecretVersion>(
      `select ${columns} from secret_version where id = any ($1) and revoked_at is not null order by name`,
      [ids],
    );
  }

  async find(sql: Sql, ownerId: string, name: string, number: number): Promise<SecretVersion | undefined> {
    const [row] = await sql.query<SecretVersion>(
      `select ${columns} from secret_version where workload_id = $1 and name = $2 and number = $3`,
      [ownerId, name, number],
    );
    return row;
  }

  /** What names and sealed values take: never less than the values themselves. */
  async bytesOf(sql: Sql, ids: readonly string[]): Promise<number> {
    const [row] = await sql.query<{ bytes: number }>(
      `select coalesce(sum(octet_length(name) + octet_length(sealed)), 0)::int as bytes from secret_version
        where id = any ($1)`,
      [ids],
    );
    return row?.bytes ?? 0;
  }

  /** No release that is made from now on gets it. What runs with it goes on until it is replaced. False when it was revoked before. */
  async revoke(tx: Tx, id: string): Promise<boolean> {
    const rows = await tx.query(
      'update secret_version set revoked_at = $2 where id = $1 and revoked_at is null returning id',
      [id, this.mint.now()],
    );
    return rows.length > 0;
  }

  /** All versions of those names but what a config pins. Answers those that were in use until now. */
  async revokeFormer(
    tx: Tx,
    ownerId: string,
    names: readonly string[],
    entries: ConfigEntries,
  ): Promise<SecretVersion[]> {
    return tx.query<SecretVersion>(
      `update secret_version set revoked_at = $4
        where workload_id = $1 and name = any ($2) and id <> all ($3) and revoked_at is null returning ${columns}`,
      [ownerId, names, pinnedIn(entries), this.mint.now()],
    );
  }

  /** Values by name, those of files in base64. @throws Error when a version is gone or does not open */
  async valuesOf(sql: Sql, entries: ConfigEntries): Promise<Record<string, string>> {
    const ids = pinnedIn(entries);
    const rows = ids.length === 0 ? [] : await this.sealedRows(sql, ids);
    const values = new Map(rows.map((row) => [row.id, this.open(row)]));
    const valueOf = (name: string, entry: ConfigEntry): [string, string][] => {
      if ('value' in entry) return [[name, entry.value]];
      // Where a link leads is known to the runtime alone.
      return 'linkTo' in entry ? [] : [[name, this.valueOf(values, name, entry.secretVersionId)]];
    };
    return Object.fromEntries(Object.entries(entries).flatMap(([name, entry]) => valueOf(name, entry)));
  }

  private open(row: SealedRow): string {
    return this.keyring.open(contextOf(row), row.sealed).toString(isFileName(row.name) ? 'base64' : 'utf8');
  }

  private valueOf(values: ReadonlyMap<string, string>, name: string, id: string): string {
    const value = values.get(id);
    if (value === undefined) throw new Error(`The pinned version of secret ${name} is gone.`);
    return value;
  }

  private sealedRows(sql: Sql, ids: readonly string[]): Promise<SealedRow[]> {
    return sql.queryPrepared<SealedRow>(
      `select id, workload_id as "ownerId", name, number, sealed from secret_version where id = any ($1)`,
      [ids],
    );
  }
}
