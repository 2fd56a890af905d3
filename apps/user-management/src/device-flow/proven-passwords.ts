import { Clock, Database, Keyring } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Proven } from '../password-proof/password-proof.js';
import { hashToken } from '../sealing/opaque-token.js';
import { UsersRepository } from '../users/users.repository.js';
import { deviceFlowErrors } from './device-flow.errors.js';

const VALID_MS = 5 * 60_000;
const CONTEXT = 'device flow/proven password';

const provenPassword = z.object({
  userId: z.string(),
  /** Of the device that may be answered with it, and of no other. */
  userCode: z.string(),
  /** As it was typed: its attempt is a success once everything else is proven, too. */
  account: z.string(),
  /** What is stored of the password, once more hashed: one that was changed meanwhile proves nobody. */
  password: z.string(),
  endsAt: z.iso.datetime(),
});
export type ProvenPassword = z.infer<typeof provenPassword>;

/** That somebody has just shown a password for one device: carried by the page that asks for more, so that nothing is kept here. */
@Injectable()
export class ProvenPasswords {
  constructor(
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  seal({ user, attempt }: Proven, userCode: string): string {
    const endsAt = new Date(this.clock.now().getTime() + VALID_MS).toISOString();
    const proven = {
      userId: user.id,
      userCode,
      account: attempt.account,
      password: hashToken(user.passwordHash),
      endsAt,
    };
    return this.keyring.seal(CONTEXT, JSON.stringify(proven)).toString('base64url');
  }

  /** @throws DomainError 422 `password_proof_gone` when it was for another device, is too old, or the password was changed */
  async open(sealed: string, userCode: string): Promise<ProvenPassword> {
    const proven = this.read(sealed);
    const isGood = proven?.userCode === userCode && new Date(proven.endsAt) > this.clock.now();
    const current = isGood && (await this.users.passwordHashOf(this.database, proven.userId));
    if (isGood && current && hashToken(current) === proven.password) return proven;
    throw deviceFlowErrors.PasswordProofGone(
      'Type your password again: it was shown for another device, or too long ago.',
    );
  }

  private read(sealed: string): ProvenPassword | undefined {
    try {
      return provenPassword.parse(JSON.parse(this.keyring.openText(CONTEXT, Buffer.from(sealed, 'base64url'))));
    } catch {
      return undefined; // not sealed here
    }
  }
}
