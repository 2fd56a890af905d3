import { Clock, Keyring, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { hashToken, newToken } from '../sealing/opaque-token.js';
import type { ProviderAccount, SignInRequest } from '../sign-in-kinds/sign-in-provider.js';

const VALID_MS = 15 * 60_000;

/** For wrapping all of them anew after a change of keys. */
export const sealedSignInFlows = {
  table: 'sign_in_flow',
  key: 'token_hash',
  column: 'sealed',
  context: `'sign-in-flow/' || token_hash`,
};
const contextOf = (tokenHash: string): string => `sign-in-flow/${tokenHash}`;

interface Row {
  readonly providerId: string;
  readonly sealed: Buffer;
}

export interface Begun {
  readonly flowToken: string;
  readonly expiresAt: Date;
}

/** Sign-ins under way: first what was asked of the provider, then whom it proved. */
@Injectable()
export class SignInFlowsRepository {
  constructor(
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Also forgets those that have ended. */
  async begin(tx: Tx, providerId: string, request: SignInRequest): Promise<Begun> {
    const [flowToken, now] = [newToken(), this.clock.now()];
    const [tokenHash, expiresAt] = [hashToken(flowToken), new Date(now.getTime() + VALID_MS)];
    await tx.query(
      `with ended as (delete from sign_in_flow where expires_at < $5)
       insert into sign_in_flow (token_hash, provider_id, state, sealed, expires_at) values ($1, $2, 'begun', $3, $4)`,
      [tokenHash, providerId, this.seal(tokenHash, request), expiresAt, now],
    );
    return { flowToken, expiresAt };
  }

  /** What was asked of the provider. Its answer is looked at once, whatever comes of it. */
  async takeRequest(tx: Tx, flowToken: string): Promise<{ providerId: string; request: SignInRequest } | undefined> {
    const [row] = await tx.query<Row>(
      `update sign_in_flow set state = 'answered' where token_hash = $1 and state = 'begun' and expires_at > $2
       returning provider_id as "providerId", sealed`,
      [hashToken(flowToken), this.clock.now()],
    );
    return row && { providerId: row.providerId, request: this.open<SignInRequest>(flowToken, row.sealed) };
  }

  async identify(tx: Tx, flowToken: string, account: ProviderAccount): Promise<void> {
    const tokenHash = hashToken(flowToken);
    await tx.query(
      `update sign_in_flow set state = 'identified', sealed = $2 where token_hash = $1 and state = 'answered'`,
      [tokenHash, this.seal(tokenHash, account)],
    );
  }

  async account(
    sql: Sql,
    flowToken: string,
    lock: '' | 'for update' = '',
  ): Promise<{ providerId: string; account: ProviderAccount } | undefined> {
    const [row] = await sql.query<Row>(
      `select provider_id as "providerId", sealed from sign_in_flow
        where token_hash = $1 and state = 'identified' and expires_at > $2 ${lock}`,
      [hashToken(flowToken), this.clock.now()],
    );
    return row && { providerId: row.providerId, account: this.open<ProviderAccount>(flowToken, row.sealed) };
  }

  /** Answers the one code that proves the address from now on; it is stored nowhere. */
  async askForProof(tx: Tx, flowToken: string): Promise<string> {
    const proof = newToken();
    await tx.query('update sign_in_flow set proof_hash = $2 where token_hash = $1', [
      hashToken(flowToken),
      hashToken(proof),
    ]);
    return proof;
  }

  async takeProof(tx: Tx, flowToken: string, proof: string): Promise<boolean> {
    const rows = await tx.query(
      'update sign_in_flow set proof_hash = null where token_hash = $1 and proof_hash = $2 returning token_hash',
      [hashToken(flowToken), hashToken(proof)],
    );
    return rows.length > 0;
  }

  async end(tx: Tx, flowToken: string): Promise<void> {
    await tx.query('delete from sign_in_flow where token_hash = $1', [hashToken(flowToken)]);
  }

  private seal = (tokenHash: string, value: object): Buffer =>
    this.keyring.seal(contextOf(tokenHash), JSON.stringify(value));

  private open = <Value>(flowToken: string, sealed: Buffer): Value =>
    JSON.parse(this.keyring.openText(contextOf(hashToken(flowToken)), sealed)) as Value;
}
