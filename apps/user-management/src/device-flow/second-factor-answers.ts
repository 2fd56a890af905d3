import type { DeviceSecondFactorForm } from '@berth/contracts/identity';
import { DomainError } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { loginAttempt } from '../password-proof/password-proof.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { Throttle } from '../throttle/throttle.js';
import { DeviceAnswers } from './device-answers.js';
import { readUserCode } from './device-grant.js';
import type { DevicePage } from './device-page-reply.js';
import { deviceDone } from './device-page.js';
import { DevicePageService } from './device-page.service.js';
import { ProvenPasswords } from './proven-passwords.js';
import { SecondFactorQuestion } from './second-factor-question.js';
import { passkeyOf } from './shown-passkey.js';

/** What somebody says to a device by a second factor, after the password. */
@Injectable()
export class SecondFactorAnswers {
  constructor(
    @Inject(ProvenPasswords) private readonly passwords: ProvenPasswords,
    @Inject(SecondFactorQuestion) private readonly question: SecondFactorQuestion,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
    @Inject(DevicePageService) private readonly pages: DevicePageService,
  ) {}

  /** Whatever is wrong is told on the page, which asks again as long as the password holds and the device waits. */
  async answer(form: DeviceSecondFactorForm, address: string): Promise<DevicePage> {
    try {
      await this.decide(form, address);
      return { status: 200, html: deviceDone(form.decision) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'password_proof_gone') return this.pages.again(error, form.user_code, address);
      return this.ask(form, address, error);
    }
  }

  private async ask(form: DeviceSecondFactorForm, address: string, refusal: DomainError): Promise<DevicePage> {
    const { user_code: userCode, proven } = form;
    try {
      return await this.question.ask({ userCode, proven, address }, this.pages.settings, refusal);
    } catch (error) {
      return this.pages.again(error, userCode, address);
    }
  }

  private async decide(form: DeviceSecondFactorForm, address: string): Promise<void> {
    const { user_code: userCode, decision, code } = form;
    const { userId, account } = await this.passwords.open(form.proven, readUserCode(userCode));
    const shown = { code, passkey: passkeyOf(form.passkey) };
    const secondFactor = await this.secondFactor.require(userId, shown, address);
    await this.answers.answer({ userId, secondFactor, userCode, decision, address });
    // Once for each device: the proof may be sent again, and its attempt was counted once.
    await this.throttle.succeeded(loginAttempt(account, address));
  }
}
