import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';
import { hasSecondFactor } from '../second-factor/second-factor.repository.js';
import type { DeviceGrantRecord } from './device-grant.js';

/** What was shown to let it in counts as long as the person has it. */
const columns = `state, user_id as "userId", second_factor and ${hasSecondFactor('device_grant.user_id')} as "secondFactor",
  user_agent as "userAgent", address, interval_seconds as "intervalSeconds", polled_at as "polledAt", created_at as "createdAt", expires_at as "expiresAt"`;

interface NewGrant extends Pick<DeviceGrantRecord, 'userAgent' | 'address' | 'intervalSeconds' | 'createdAt'> {
  readonly expiresAt: Date;
  readonly deviceCode: string;
  readonly userCode: string;
}

interface Answer extends Pick<DeviceGrantRecord, 'secondFactor'> {
  readonly userId: string;
  readonly state: 'approved' | 'denied';
}

@Injectable()
export class DeviceGrantsRepository {
  /** Also forgets those that ended. */
  async insert(tx: Tx, grant: NewGrant): Promise<void> {
    const { deviceCode, userCode, userAgent, address, intervalSeconds, createdAt, expiresAt } = grant;
    await tx.query('delete from device_grant where expires_at < $1', [createdAt]);
    await tx.query(
      `insert into device_grant
         (device_code_hash, user_code, user_agent, address, interval_seconds, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [hashToken(deviceCode), userCode, userAgent, address, intervalSeconds, createdAt, expiresAt],
    );
  }

  /** One that nobody has answered yet. */
  async waiting(sql: Sql, userCode: string, now: Date): Promise<DeviceGrantRecord | undefined> {
    const [found] = await sql.query<DeviceGrantRecord>(
      `select ${columns} from device_grant where user_code = $1 and state = 'pending' and expires_at > $2`,
      [userCode, now],
    );
    return found;
  }

  /** False when it was answered before, ended, or never was. */
  async answer(tx: Tx, userCode: string, { userId, secondFactor, state }: Answer, now: Date): Promise<boolean> {
    const rows = await tx.query(
      `update device_grant set state = $3, user_id = $2, second_factor = $4
        where user_code = $1 and state = 'pending' and expires_at > $5 returning user_code`,
      [userCode, userId, state, secondFactor, now],
    );
    return rows.length > 0;
  }

  /** Whoever let it in, if anybody did. */
  async approver(sql: Sql, deviceCode: string): Promise<string | undefined> {
    const [found] = await sql.query<{ userId: string }>(
      `select user_id as "userId" from device_grant where device_code_hash = $1 and state = 'approved'`,
      [hashToken(deviceCode)],
    );
    return found?.userId;
  }

  async lock(tx: Tx, deviceCode: string): Promise<DeviceGrantRecord | undefined> {
    const [found] = await tx.query<DeviceGrantRecord>(
      `select ${columns} from device_grant where device_code_hash = $1 for update`,
      [hashToken(deviceCode)],
    );
    return found;
  }

  async polled(tx: Tx, deviceCode: string, now: Date, slowerBySeconds: number): Promise<void> {
    await tx.query(
      'update device_grant set polled_at = $2, interval_seconds = interval_seconds + $3 where device_code_hash = $1',
      [hashToken(deviceCode), now, slowerBySeconds],
    );
  }

  async delete(tx: Tx, deviceCode: string): Promise<void> {
    await tx.query('delete from device_grant where device_code_hash = $1', [hashToken(deviceCode)]);
  }
}
