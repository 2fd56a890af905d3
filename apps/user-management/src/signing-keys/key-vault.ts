import { Clock, CONFIG, Database, Keyring } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type CryptoKey, importPKCS8 } from 'jose';
import type { Config } from '../config.js';
import { KEY_PURPOSE, makeSigningKey } from './make-signing-key.js';
import type { KeyState } from './signing-key.js';
import { type NewSigningKey, SigningKeysRepository } from './signing-keys.repository.js';

/** Clocks of those who verify may differ by so much. */
const MARGIN_MS = 60_000;

/** The private halves: made here, sealed at rest, opened only to sign. */
@Injectable()
export class KeyVault {
  private opened: { kid: string; key: CryptoKey } | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async make<State extends KeyState>(state: State): Promise<NewSigningKey & { readonly state: State }> {
    const { kid, publicJwk, privatePem } = await makeSigningKey();
    return {
      kid,
      state,
      publicJwk,
      privateSealed: this.keyring.seal(KEY_PURPOSE, privatePem),
      createdAt: this.clock.now(),
    };
  }

  /** The key that signs now. */
  async active(): Promise<{ kid: string; key: CryptoKey }> {
    const active = await this.keys.active(this.database);
    if (!active) throw new Error('there is no active signing key');
    if (this.opened?.kid === active.kid) return this.opened;
    const key = await importPKCS8(this.keyring.openText(KEY_PURPOSE, active.privateSealed), 'RS256');
    this.opened = { kid: active.kid, key };
    return this.opened;
  }

  /** When the last token signed by now has ended everywhere. */
  lastTokenEnds(): Date {
    return new Date(this.clock.now().getTime() + this.config.ACCESS_TOKEN_SECONDS * 1_000 + MARGIN_MS);
  }
}
