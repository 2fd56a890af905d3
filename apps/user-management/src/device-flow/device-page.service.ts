import type { DevicePageForm } from '@berth/contracts/identity';
import { CONFIG, DomainError } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { PasswordProof } from '../password-proof/password-proof.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { Throttle } from '../throttle/throttle.js';
import { DeviceAnswers } from './device-answers.js';
import { deviceDone, deviceForm } from './device-page.js';
import type { DevicePage } from './device-page-reply.js';
import type { PageSettings } from './page-parts.js';
import { SecondFactorQuestion } from './second-factor-question.js';

/** The page on which a person answers a device. A password is asked for, so nobody can be made to answer by another site. */
@Injectable()
export class DevicePageService {
  readonly settings: PageSettings;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
    @Inject(PasswordProof) private readonly passwords: PasswordProof,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(SecondFactorQuestion) private readonly question: SecondFactorQuestion,
  ) {
    const { REFRESH_TOKEN_DAYS: days, SESSION_IDLE_DAYS: idleDays, PASSKEY_ORIGINS: origins } = config;
    this.settings = { days, idleDays, takesPasskeys: origins.includes(new URL(config.PUBLIC_URL).origin) };
  }

  show(userCode: string, address: string): Promise<DevicePage> {
    return this.form(200, userCode, address);
  }

  /** Whatever is wrong is told on the page, which keeps the code. */
  async answer(form: DevicePageForm, address: string): Promise<DevicePage> {
    try {
      return await this.decide(form, address);
    } catch (error) {
      return this.again(error, form.user_code, address);
    }
  }

  /** The page anew, with what was wrong. @throws what is no DomainError */
  async again(error: unknown, userCode: string, address: string): Promise<DevicePage> {
    if (!(error instanceof DomainError)) throw error;
    // Nobody has it: it is not looked for, and counted, again.
    if (error.code === 'device_code_unknown')
      return { status: error.status, html: deviceForm(userCode, undefined, this.settings, error.message) };
    return this.form(error.status, userCode, address, error.message);
  }

  /** Tells of the device that shows the code, to whoever has not guessed too often. */
  private async form(status: number, userCode: string, address: string, notice?: string): Promise<DevicePage> {
    try {
      const waiting = userCode === '' ? undefined : await this.answers.waiting(userCode, address);
      return { status, html: deviceForm(userCode, waiting, this.settings, notice) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { status: error.status, html: deviceForm(userCode, undefined, this.settings, error.message) };
    }
  }

  private async decide(form: DevicePageForm, address: string): Promise<DevicePage> {
    const { user_code: userCode, decision, email: name, password, code } = form;
    const proven = await this.passwords.of({ name, password }, address);
    if (!proven) throw new DomainError('credentials_invalid', 401, 'The name or the password is wrong.');
    const { user, attempt } = proven;
    if (code === undefined && this.settings.takesPasskeys && (await this.secondFactor.has(user.id)))
      return this.question.askAfter(proven, { userCode, address }, this.settings);
    const secondFactor = await this.secondFactor.require(user.id, { code }, address);
    await this.throttle.succeeded(attempt);
    await this.answers.answer({ userId: user.id, secondFactor, userCode, decision, address });
    return { status: 200, html: deviceDone(decision) };
  }
}
