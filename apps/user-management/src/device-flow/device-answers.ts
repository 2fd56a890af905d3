import { Audit } from '@berth/access';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Throttle } from '../throttle/throttle.js';
import { UserAdmission } from '../users/user-admission.js';
import { type DeviceGrantRecord, readUserCode } from './device-grant.js';
import { deviceFlowErrors } from './device-flow.errors.js';
import { DeviceGrantsRepository } from './device-grants.repository.js';

export interface DeviceAnswer {
  readonly userId: string;
  /** Whether the person has shown more than a password. */
  readonly secondFactor: boolean;
  /** As it was typed. */
  readonly userCode: string;
  readonly decision: 'approve' | 'deny';
  readonly address: string;
}

/** What people say to devices that ask to be let in. */
@Injectable()
export class DeviceAnswers {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DeviceGrantsRepository) private readonly grants: DeviceGrantsRepository,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(UserAdmission) private readonly admission: UserAdmission,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The device that shows this code, for a person to recognize it. Looking for one is counted. @throws DomainError 429 */
  async waiting(typed: string, address: string): Promise<DeviceGrantRecord | undefined> {
    const userCode = readUserCode(typed);
    const attempt = { what: 'device page', account: userCode, address };
    await this.throttle.admit(attempt);
    const grant = await this.grants.waiting(this.database, userCode, this.clock.now());
    if (grant) await this.throttle.succeeded(attempt);
    return grant;
  }

  /** As `waiting`. @throws DomainError 422 `device_code_unknown`, 429 */
  async require(typed: string, address: string): Promise<DeviceGrantRecord> {
    const grant = await this.waiting(typed, address);
    if (grant) return grant;
    throw codeUnknown();
  }

  /**
   * Guesses are counted: whoever finds a code makes somebody else's device his own.
   * @throws DomainError 422 `device_code_unknown`, 403 `user_suspended`, 429
   */
  async answer({ userId, secondFactor, userCode, decision, address }: DeviceAnswer): Promise<void> {
    const attempt = { what: 'device code', account: userId, address };
    await this.throttle.admit(attempt);
    const state = decision === 'approve' ? 'approved' : 'denied';
    await this.database.transaction(async (tx) => {
      // As at any login. The person first, as whoever redeems the device's code does.
      if (decision === 'approve') await this.admission.admit(tx, userId);
      if (!(await this.grants.answer(tx, readUserCode(userCode), { userId, secondFactor, state }, this.clock.now())))
        throw codeUnknown();
      const target = { kind: 'user', id: userId };
      const act = { by: 'platform', person: userId, action: `devices:${decision}` } as const;
      await this.audit.record(tx, { ...act, target, organizationId: null });
    });
    await this.throttle.succeeded(attempt);
  }
}

const codeUnknown = () =>
  deviceFlowErrors.DeviceCodeUnknown('No device waits with this code.', { pointer: '/userCode' });
