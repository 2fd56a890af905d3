import type { DeviceAuthorization } from '@berth/contracts/identity';
import { Clock, CONFIG, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { oauthErrors } from '../oauth/oauth.errors.js';
import { newToken } from '../sealing/opaque-token.js';
import type { Device } from '../sessions/device.js';
import { type StartedSession, SessionStarter } from '../sessions/session-starter.js';
import { UsersRepository } from '../users/users.repository.js';
import { type DeviceGrantRecord, judgePoll, newUserCode, type PollVerdict, shownUserCode } from './device-grant.js';
import { DeviceGrantsRepository } from './device-grants.repository.js';

const LIFETIME_SECONDS = 600;
const INTERVAL_SECONDS = 5;
/** RFC 8628, section 3.5. */
const SLOWER_BY_SECONDS = 5;

/** Who is in by a device, and in which session. */
export interface DeviceLogin extends StartedSession {
  readonly userId: string;
  readonly administrator: boolean;
  readonly secondFactor: boolean;
}

/** Devices without a browser that ask to be let in (RFC 8628). */
@Injectable()
export class DeviceGrants {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(DeviceGrantsRepository) private readonly grants: DeviceGrantsRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async begin(device: Device): Promise<DeviceAuthorization> {
    const [deviceCode, userCode, createdAt] = [newToken(), newUserCode(), this.clock.now()];
    const expiresAt = new Date(createdAt.getTime() + LIFETIME_SECONDS * 1_000);
    const grant = { ...device, deviceCode, userCode, intervalSeconds: INTERVAL_SECONDS, createdAt, expiresAt };
    await this.database.transaction((tx) => this.grants.insert(tx, grant));
    const uri = `${this.config.PUBLIC_URL}/v1/oauth/device`;
    return {
      device_code: deviceCode,
      user_code: shownUserCode(userCode),
      verification_uri: uri,
      verification_uri_complete: `${uri}?user_code=${shownUserCode(userCode)}`,
      expires_in: LIFETIME_SECONDS,
      interval: INTERVAL_SECONDS,
    };
  }

  /**
   * A session for whoever approved, once. What was found out is kept whatever is answered, so refusing comes after the commit.
   * @throws DomainError 400 as RFC 8628, section 3.5 says
   */
  async redeem(deviceCode: string): Promise<DeviceLogin> {
    const outcome = await this.database.transaction((tx) => this.poll(tx, deviceCode));
    if (typeof outcome !== 'string') return outcome;
    throw refusals[outcome]();
  }

  private async poll(tx: Tx, deviceCode: string): Promise<DeviceLogin | Refusal> {
    const now = this.clock.now();
    // The person first, as whoever ends all sessions does: either this session is among them, or there is no grant any more.
    const approver = await this.grants.approver(tx, deviceCode);
    if (approver !== undefined) await this.users.find(tx, approver, 'for update');
    const grant = await this.grants.lock(tx, deviceCode);
    if (!grant) return 'unknown';
    const verdict = judgePoll(grant, now);
    if (verdict === 'redeem') return this.letIn(tx, deviceCode, grant);
    await this.grants.polled(tx, deviceCode, now, verdict === 'slow-down' ? SLOWER_BY_SECONDS : 0);
    return verdict;
  }

  private async letIn(
    tx: Tx,
    deviceCode: string,
    { userId, address, userAgent, secondFactor }: DeviceGrantRecord,
  ): Promise<DeviceLogin | Refusal> {
    await this.grants.delete(tx, deviceCode);
    const user = userId === null ? undefined : await this.users.find(tx, userId);
    if (user?.state !== 'active') return 'denied';
    const started = await this.starter.start(tx, user.id, { address, userAgent }, secondFactor);
    return { ...started, userId: user.id, administrator: user.administrator, secondFactor };
  }
}

type Refusal = Exclude<PollVerdict, 'redeem'> | 'unknown';

const refusals = {
  pending: () => oauthErrors.AuthorizationPending('Nobody has answered yet.'),
  'slow-down': () => oauthErrors.SlowDown('Ask less often: 5 seconds later each time.'),
  denied: () => oauthErrors.AccessDenied('The request was refused.'),
  expired: () => oauthErrors.ExpiredToken('Nobody answered in time: begin anew.'),
  unknown: () => oauthErrors.InvalidGrant('The device code is not known, or was used.'),
} as const;
