import type { DomainError } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasskeyProof } from '../passkeys/passkey-proof.js';
import type { Proven } from '../password-proof/password-proof.js';
import { DeviceAnswers } from './device-answers.js';
import { readUserCode, shownUserCode } from './device-grant.js';
import type { DevicePage } from './device-page-reply.js';
import type { Lasting } from './page-parts.js';
import { passkeyPolicy } from './passkey-script.js';
import { ProvenPasswords } from './proven-passwords.js';
import { secondFactorPage } from './second-factor-page.js';

export interface Asked {
  /** Of the device, as it was typed. */
  readonly userCode: string;
  readonly address: string;
}

export interface AskedAgain extends Asked {
  /** That the password was shown for this device, sealed. */
  readonly proven: string;
}

/** Asks whoever has shown a password for what else is needed. */
@Injectable()
export class SecondFactorQuestion {
  constructor(
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
    @Inject(PasskeyProof) private readonly passkeys: PasskeyProof,
    @Inject(ProvenPasswords) private readonly passwords: ProvenPasswords,
  ) {}

  /** As `ask`, with the page that takes the password behind it. */
  askAfter(proven: Proven, asked: Asked, lasting: Lasting): Promise<DevicePage> {
    return this.ask({ ...asked, proven: this.passwords.seal(proven, readUserCode(asked.userCode)) }, lasting);
  }

  /** Anew after a refusal: each challenge is good once. @throws DomainError 422 `device_code_unknown` for a device that does not wait */
  async ask({ userCode, proven, address }: AskedAgain, lasting: Lasting, refusal?: DomainError): Promise<DevicePage> {
    const grant = await this.answers.require(userCode, address);
    const options = await this.passkeys.options();
    const asked = { userCode: shownUserCode(readUserCode(userCode)), grant, options, proven };
    const html = secondFactorPage(asked, lasting, refusal?.message);
    return { status: refusal?.status ?? 401, html, headers: passkeyPolicy };
  }
}
