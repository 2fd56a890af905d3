import type { PasskeyOptions, ShownPasskey } from '@berth/contracts/identity';
import { Clock, CONFIG, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON, VerifiedAuthenticationResponse } from '@simplewebauthn/server';
import type { Config } from '../config.js';
import type { PasskeyRecord } from './passkey.js';
import { challengeOf, PasskeyChallenges } from './passkey-challenges.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { webAuthn } from './web-authn.js';

export interface ShownBy {
  readonly userId: string;
  /** The device has asked for a finger, a face or a PIN: then having it and being its owner are both proven. */
  readonly isVerified: boolean;
}

/** Whether somebody has a passkey here (WebAuthn level 3, section 7.2). */
@Injectable()
export class PasskeyProof {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(PasskeysRepository) private readonly passkeys: PasskeysRepository,
    @Inject(PasskeyChallenges) private readonly challenges: PasskeyChallenges,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The same for everybody: which passkeys somebody has is told to nobody. */
  async options(): Promise<PasskeyOptions> {
    const { generateAuthenticationOptions } = await webAuthn();
    const options = await generateAuthenticationOptions({
      rpID: this.config.PASSKEY_DOMAIN,
      userVerification: 'preferred',
    });
    await this.database.transaction((tx) => this.challenges.add(tx, options.challenge, null));
    return { ...options };
  }

  /** Whose it is; undefined when it proves nobody. Its challenge is used up in any case that commits. */
  async of(tx: Tx, shown: ShownPasskey): Promise<ShownBy | undefined> {
    const challenge = challengeOf(shown.response.clientDataJSON);
    if (challenge === undefined || !(await this.challenges.take(tx, challenge, null))) return undefined;
    const passkey = await this.passkeys.findByCredential(tx, shown.id);
    if (!passkey) return undefined;
    const verified = await this.verify(passkey, shown, challenge);
    if (!verified?.verified) return undefined;
    const { newCounter: counter, credentialBackedUp: backedUp, userVerified } = verified.authenticationInfo;
    await this.passkeys.used(tx, passkey.id, { counter, backedUp, at: this.clock.now() });
    return { userId: passkey.userId, isVerified: userVerified };
  }

  /** As `of`, when it proves its person without a password: having it and being its owner are both shown. */
  async alone(tx: Tx, shown: ShownPasskey): Promise<string | undefined> {
    const by = await this.of(tx, shown);
    return by?.isVerified ? by.userId : undefined;
  }

  private async verify(
    { credentialId: id, publicKey, counter }: PasskeyRecord,
    shown: ShownPasskey,
    expectedChallenge: string,
  ): Promise<VerifiedAuthenticationResponse | undefined> {
    const { verifyAuthenticationResponse } = await webAuthn();
    return verifyAuthenticationResponse({
      response: shown as AuthenticationResponseJSON,
      expectedChallenge,
      expectedOrigin: this.config.PASSKEY_ORIGINS,
      expectedRPID: this.config.PASSKEY_DOMAIN,
      credential: { id, publicKey, counter },
      requireUserVerification: false,
    }).catch(() => undefined); // it throws for whatever is wrong with what was sent, and asks nobody else
  }
}
