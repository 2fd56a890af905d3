import type { NewPasskey, PasskeyOptions } from '@berth/contracts/identity';
import { Clock, CONFIG, Database, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { RegistrationResponseJSON, VerifiedRegistrationResponse } from '@simplewebauthn/server';
import type { Config } from '../config.js';
import type { UserRecord } from '../users/user.js';
import type { PasskeyRecord } from './passkey.js';
import { challengeOf, PasskeyChallenges } from './passkey-challenges.js';
import { passkeyErrors } from './passkeys.errors.js';
import { webAuthn } from './web-authn.js';

/** From a device that made a key pair to a passkey that is known here (WebAuthn level 3, section 7.1). */
@Injectable()
export class NewPasskeys {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(PasskeyChallenges) private readonly challenges: PasskeyChallenges,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** Discoverable, so that nobody has to be asked who they are before they show it; not attested: any device will do. */
  async options(user: UserRecord, known: readonly PasskeyRecord[]): Promise<PasskeyOptions> {
    const { generateRegistrationOptions } = await webAuthn();
    const options = await generateRegistrationOptions({
      rpName: 'Berth',
      rpID: this.config.PASSKEY_DOMAIN,
      userID: Buffer.from(user.id),
      userName: user.email,
      userDisplayName: user.displayName ?? user.email,
      attestationType: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
      excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    });
    await this.database.transaction((tx) => this.challenges.add(tx, options.challenge, user.id));
    return { ...options };
  }

  /** @throws DomainError 422 `passkey_refused` */
  async verified(tx: Tx, userId: string, name: string, made: NewPasskey): Promise<PasskeyRecord> {
    const challenge = challengeOf(made.response.clientDataJSON);
    const isOurs = challenge !== undefined && (await this.challenges.take(tx, challenge, userId));
    const verified = isOurs ? await this.verify(made, challenge) : undefined;
    if (!verified?.verified)
      throw passkeyErrors.PasskeyRefused('was not made for this platform just now', { pointer: '/credential' });
    const { credential, credentialBackedUp: backedUp } = verified.registrationInfo;
    return {
      id: this.ids.next(),
      userId,
      credentialId: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: made.response.transports ?? [],
      name,
      backedUp,
      createdAt: this.clock.now(),
      lastUsedAt: null,
    };
  }

  private async verify(made: NewPasskey, expectedChallenge: string): Promise<VerifiedRegistrationResponse | undefined> {
    const { verifyRegistrationResponse } = await webAuthn();
    return verifyRegistrationResponse({
      response: made as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: this.config.PASSKEY_ORIGINS,
      expectedRPID: this.config.PASSKEY_DOMAIN,
      requireUserVerification: false,
    }).catch(() => undefined); // it throws for whatever is wrong with what was sent, and asks nobody else
  }
}
