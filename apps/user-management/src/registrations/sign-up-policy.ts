import type { SignUpPolicy as SignUpPolicyView } from '@berth/contracts/identity';
import { Clock, CONFIG, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { registrationErrors } from './registrations.errors.js';

export interface StoredPolicy extends SignUpPolicyView {
  readonly generation: number;
}

/** Who may make an account: as an administrator said, and before anybody did, as the platform is configured. */
@Injectable()
export class SignUpPolicy {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async current(sql: Sql): Promise<StoredPolicy> {
    const [stored] = await sql.query<StoredPolicy>('select mode, domains, generation from sign_up_policy');
    return stored ?? { mode: this.config.SIGN_UP, domains: this.config.SIGN_UP_DOMAINS, generation: 0 };
  }

  /** Nobody else changes it until the commit, although there may be no row yet. */
  async held(tx: Tx): Promise<StoredPolicy> {
    await tx.query('lock table sign_up_policy in share row exclusive mode');
    return this.current(tx);
  }

  async set(tx: Tx, { mode, domains }: SignUpPolicyView): Promise<void> {
    await tx.query(
      `insert into sign_up_policy as policy (mode, domains) values ($1, $2)
       on conflict (single) do update
         set mode = excluded.mode, domains = excluded.domains, generation = policy.generation + 1`,
      [mode, JSON.stringify(domains)],
    );
  }

  /** What depends on the address alone may be told to everybody. @throws DomainError 403 `sign_up_closed` or `domain_refused` */
  async admit(sql: Sql, email: string): Promise<void> {
    const { mode, domains } = await this.current(sql);
    if (mode === 'closed') throw registrationErrors.SignUpClosed('Signing up is closed here.');
    if (domains.length === 0 || domains.includes(domainOf(email))) return;
    throw registrationErrors.DomainRefused('Addresses of this domain cannot sign up here.', { pointer: '/email' });
  }

  /** Whether an account may come of it; only the mail to the address may tell. */
  async welcomes(sql: Sql, email: string): Promise<boolean> {
    const { mode } = await this.current(sql);
    return mode !== 'invitation' || this.isInvited(sql, email);
  }

  private async isInvited(sql: Sql, email: string): Promise<boolean> {
    // eslint-disable-next-line berth/tenant-query -- whoever was invited by any organization may sign up
    const rows = await sql.query('select from invitation where email = $1 and expires_at > $2 limit 1', [
      email,
      this.clock.now(),
    ]);
    return rows.length > 0;
  }
}

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();
