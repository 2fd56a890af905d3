import type { DevicePasskeyForm } from '@berth/contracts/identity';
import { Database, DomainError } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DeviceAnswers } from '../device-flow/device-answers.js';
import { readUserCode, shownUserCode } from '../device-flow/device-grant.js';
import type { DevicePage } from '../device-flow/device-page-reply.js';
import { deviceDone } from '../device-flow/device-page.js';
import { DevicePageService } from '../device-flow/device-page.service.js';
import { passkeyPolicy } from '../device-flow/passkey-script.js';
import { passkeyOf } from '../device-flow/shown-passkey.js';
import { PasskeyProof } from '../passkeys/passkey-proof.js';
import { passkeyErrors } from '../passkeys/passkeys.errors.js';
import { passkeyPage } from './device-passkey-page.js';
import { devicePasskeyErrors } from './device-passkeys.errors.js';

/** What somebody says to a device by showing a passkey, which proves them alone. */
@Injectable()
export class DevicePasskeysService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
    @Inject(DevicePageService) private readonly pages: DevicePageService,
    @Inject(PasskeyProof) private readonly passkeys: PasskeyProof,
  ) {}

  /** Asks for a passkey, anew after a refusal: each challenge is good once. Makes none for a device that does not wait. */
  async ask(typed: string, address: string, refusal?: DomainError): Promise<DevicePage> {
    try {
      this.requireOn();
      const grant = await this.answers.require(typed, address);
      // A passkey that does not know its person would be refused: the browser says so beforehand.
      const options = { ...(await this.passkeys.options()), userVerification: 'required' };
      const shown = { userCode: shownUserCode(readUserCode(typed)), grant, options };
      const html = passkeyPage(shown, this.pages.settings, refusal?.message);
      return { status: refusal?.status ?? 200, html, headers: passkeyPolicy };
    } catch (error) {
      return this.pages.again(refusal ?? error, typed, address);
    }
  }

  async answer(form: DevicePasskeyForm, address: string): Promise<DevicePage> {
    try {
      await this.decide(form, address);
      return { status: 200, html: deviceDone(form.decision) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return this.ask(form.user_code, address, error);
    }
  }

  private async decide({ user_code: userCode, passkey, decision }: DevicePasskeyForm, address: string): Promise<void> {
    this.requireOn();
    const shown = passkeyOf(passkey);
    const userId = shown && (await this.database.transaction((tx) => this.passkeys.alone(tx, shown)));
    if (userId === undefined)
      throw passkeyErrors.PasskeyLoginRefused('The passkey is not known here, or its device asked for nothing.');
    await this.answers.answer({ userId, secondFactor: true, userCode, decision, address });
  }

  private requireOn(): void {
    if (this.pages.settings.takesPasskeys) return;
    throw devicePasskeyErrors.DevicePasskeysOff('Passkeys of this platform are not for this page.');
  }
}
