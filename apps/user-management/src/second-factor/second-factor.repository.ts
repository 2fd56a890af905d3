import { Keyring, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { hashRecoveryCode } from './recovery-code.js';

export interface TotpRecord {
  readonly secret: string;
  readonly isConfirmed: boolean;
  /** Of the last code that was taken. */
  readonly lastStep: number;
}

const contextOf = (userId: string): string => `totp/${userId}`;

/** For wrapping all of them anew after a change of keys; `contextOf` in SQL. */
export const sealedTotpSecrets = {
  table: 'totp',
  key: 'user_id',
  column: 'secret_sealed',
  context: `'totp/' || user_id`,
};

/** In SQL, of a user's id: whether that person has anything besides a password. */
export const hasSecondFactor = (userId: string): string =>
  `(exists (select from totp where totp.user_id = ${userId} and confirmed)
    or exists (select from passkey where passkey.user_id = ${userId}))`;

@Injectable()
export class SecondFactorRepository {
  constructor(@Inject(Keyring) private readonly keyring: Keyring) {}

  /** Those who present codes of one user at the same time take turns. */
  async find(sql: Sql, userId: string, lock: '' | 'for update' = ''): Promise<TotpRecord | undefined> {
    const [row] = await sql.query<{ sealed: Buffer; confirmed: boolean; lastStep: number }>(
      `select secret_sealed as sealed, confirmed, last_step::int as "lastStep" from totp where user_id = $1 ${lock}`,
      [userId],
    );
    if (!row) return undefined;
    const secret = this.keyring.openText(contextOf(userId), row.sealed);
    return { secret, isConfirmed: row.confirmed, lastStep: row.lastStep };
  }

  /** False when one is confirmed already: that one has to be given up first. */
  async begin(tx: Tx, userId: string, secret: string): Promise<boolean> {
    const rows = await tx.query(
      `insert into totp (user_id, secret_sealed) values ($1, $2)
       on conflict (user_id) do update set secret_sealed = excluded.secret_sealed where not totp.confirmed
       returning user_id`,
      [userId, this.keyring.seal(contextOf(userId), secret)],
    );
    return rows.length > 0;
  }

  async confirm(tx: Tx, userId: string, step: number): Promise<void> {
    await tx.query('update totp set confirmed = true, last_step = $2 where user_id = $1', [userId, step]);
  }

  /** Whether anything besides the password is asked for. */
  async hasAny(sql: Sql, userId: string): Promise<boolean> {
    const [row] = await sql.query<{ any: boolean }>(`select ${hasSecondFactor('$1')} as any`, [userId]);
    return row?.any ?? false;
  }

  /** In this session more than a password was shown. */
  async markSession(tx: Tx, sessionId: string): Promise<void> {
    await tx.query('update session set second_factor = true where id = $1', [sessionId]);
  }

  async replaceRecoveryCodes(tx: Tx, userId: string, codes: readonly string[]): Promise<void> {
    await tx.query('delete from recovery_code where user_id = $1', [userId]);
    await tx.query('insert into recovery_code (user_id, code_hash) select $1, unnest($2::text[])', [
      userId,
      codes.map(hashRecoveryCode),
    ]);
  }

  async useStep(tx: Tx, userId: string, step: number): Promise<void> {
    await tx.query('update totp set last_step = $2 where user_id = $1', [userId, step]);
  }

  async useRecoveryCode(tx: Tx, userId: string, code: string): Promise<boolean> {
    const rows = await tx.query('delete from recovery_code where user_id = $1 and code_hash = $2 returning code_hash', [
      userId,
      hashRecoveryCode(code),
    ]);
    return rows.length > 0;
  }

  async countRecoveryCodes(sql: Sql, userId: string): Promise<number> {
    return (await sql.query('select from recovery_code where user_id = $1', [userId])).length;
  }

  async deleteAll(tx: Tx, userId: string): Promise<void> {
    for (const table of ['totp', 'passkey', 'recovery_code'])
      await tx.query(`delete from ${table} where user_id = $1`, [userId]);
  }

  async deleteTotp(tx: Tx, userId: string): Promise<void> {
    await tx.query('delete from totp where user_id = $1', [userId]);
  }
}
