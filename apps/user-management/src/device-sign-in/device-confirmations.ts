import type { DeviceConfirmationForm } from '@berth/contracts/identity';
import { CONFIG, Database, DomainError } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { DeviceAnswers } from '../device-flow/device-answers.js';
import type { DevicePage } from '../device-flow/device-page-reply.js';
import { deviceDone } from '../device-flow/device-page.js';
import { DevicePageService } from '../device-flow/device-page.service.js';
import { FlowPerson } from '../sign-in-flows/flow-person.js';
import { confirmationPage } from './device-sign-in-pages.js';
import { deviceSignInErrors } from './device-sign-in.errors.js';
import { forgottenCookie, isConfirmed, type PendingSignIn } from './pending-sign-in.js';

/** What somebody whom a provider proved says to a device. */
@Injectable()
export class DeviceConfirmations {
  private readonly forgotten: Readonly<Record<string, string>>;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
    @Inject(DevicePageService) private readonly pages: DevicePageService,
    @Inject(FlowPerson) private readonly person: FlowPerson,
  ) {
    this.forgotten = { 'set-cookie': forgottenCookie(config.PUBLIC_URL) };
  }

  async show(pending: PendingSignIn | undefined, address: string): Promise<DevicePage> {
    if (!pending) return this.pages.again(gone(), '', address);
    return this.ask(pending, address);
  }

  /** Whatever is wrong is told on the page, which asks again as long as the sign-in is good. */
  async answer(form: DeviceConfirmationForm, pending: PendingSignIn | undefined, address: string): Promise<DevicePage> {
    if (!pending) return this.pages.again(gone(), form.user_code, address);
    try {
      await this.decide(form, pending, address);
      return { status: 200, html: deviceDone(form.decision), headers: this.forgotten };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return this.ask(pending, address, error);
    }
  }

  private async ask(pending: PendingSignIn, address: string, refusal?: DomainError): Promise<DevicePage> {
    try {
      const { user, ...recognized } = await this.person.recognize(pending.flowToken);
      const grant = await this.answers.require(pending.userCode, address);
      const shown = { ...recognized, pending, grant, email: user.email };
      const html = confirmationPage(shown, this.pages.settings, refusal?.message);
      return { status: refusal?.status ?? 200, html };
    } catch (error) {
      const page = await this.pages.again(refusal ?? error, pending.userCode, address);
      return { ...page, headers: this.forgotten };
    }
  }

  private async decide(
    { decision, code, confirmation, user_code: userCode }: DeviceConfirmationForm,
    pending: PendingSignIn,
    address: string,
  ): Promise<void> {
    if (!isConfirmed(pending, { userCode, confirmation }))
      throw deviceSignInErrors.ConfirmationInvalid('Look at the code anew: this answer was for another one.');
    const { flowToken } = pending;
    const secondFactor = await this.person.requireSecondFactor({ flowToken, code }, address);
    const { user } = await this.database.transaction((tx) => this.person.take(tx, flowToken));
    await this.answers.answer({ userId: user.id, secondFactor, userCode, decision, address });
  }
}

const gone = () => deviceSignInErrors.DeviceSignInGone('This sign-in was finished, has ended or was never begun.');
