import type { Caller } from '@berth/access';
import type { AuditEntry, MemberRole, Scope } from '@berth/contracts/events';
import type { AccountExport, AuditEntryView } from '@berth/contracts/identity';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasskeysRepository } from '../passkeys/passkeys.repository.js';
import { toPasskey } from '../passkeys/passkey.js';
import { LinkedIdentitiesRepository } from '../sign-in-flows/linked-identities.repository.js';
import { toLinkedIdentity } from '../sign-in-flows/linked-identities.service.js';
import { toUser } from '../users/user.js';
import { UsernamesRepository } from '../users/usernames.repository.js';
import { UsersService } from '../users/users.service.js';

const MOST = 10_000;

/** Everything that is known of a person, for that person. */
@Injectable()
export class AccountExports {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(UsernamesRepository) private readonly usernames: UsernamesRepository,
    @Inject(PasskeysRepository) private readonly passkeys: PasskeysRepository,
    @Inject(LinkedIdentitiesRepository) private readonly identities: LinkedIdentitiesRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async of({ subjectId }: Caller): Promise<AccountExport> {
    const acts = await this.acts(subjectId);
    const passkeys = await this.passkeys.list(this.database, subjectId, null, MOST);
    const identities = await this.identities.list(this.database.confined, subjectId, null, MOST);
    return {
      exportedAt: this.clock.now().toISOString(),
      user: toUser(await this.users.get(this.database, subjectId)),
      formerUsernames: await this.formerUsernames(subjectId),
      memberships: await this.memberships(subjectId),
      sessions: await this.sessions(subjectId),
      apiTokens: await this.apiTokens(subjectId),
      passkeys: passkeys.map(toPasskey),
      identities: identities.map(toLinkedIdentity),
      acts: acts.slice(0, MOST),
      hasMoreActs: acts.length > MOST,
    };
  }

  private async formerUsernames(userId: string): Promise<AccountExport['formerUsernames']> {
    const former = await this.usernames.former(this.database, userId, this.clock.now());
    return former.map(({ username, heldUntil }) => ({ username, heldUntil: heldUntil.toISOString() }));
  }

  private async memberships(userId: string): Promise<AccountExport['memberships']> {
    const rows = await this.database.query<{
      organizationId: string;
      organization: string;
      scope: Scope;
      role: MemberRole;
      createdAt: Date;
    }>(
      `select organization_id as "organizationId", slug as organization, role, membership.created_at as "createdAt",
              json_build_object('kind', scope_kind, 'id', scope_id) as scope
         from membership join organization on organization.id = organization_id where user_id = $1 order by membership.id`,
      [userId],
    );
    return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
  }

  private async sessions(userId: string): Promise<AccountExport['sessions']> {
    const rows = await this.database.query<{
      id: string;
      userAgent: string | null;
      address: string | null;
      createdAt: Date;
      lastUsedAt: Date;
      expiresAt: Date;
    }>(
      `select id, user_agent as "userAgent", address, created_at as "createdAt", last_used_at as "lastUsedAt",
              expires_at as "expiresAt" from session where user_id = $1 order by id`,
      [userId],
    );
    return rows.map(({ createdAt, lastUsedAt, expiresAt, ...row }) => ({
      ...row,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  }

  private async apiTokens(userId: string): Promise<AccountExport['apiTokens']> {
    const rows = await this.database.query<{
      id: string;
      name: string;
      prefix: string;
      scopes: string[];
      createdAt: Date;
    }>('select id, name, prefix, scopes, created_at as "createdAt" from api_token where user_id = $1 order by id', [
      userId,
    ]);
    return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
  }

  private async acts(userId: string): Promise<AuditEntryView[]> {
    const rows = await this.database.query<{ entry: AuditEntry; address: string | null }>(
      // eslint-disable-next-line berth/tenant-query -- a person is told of the own acts in every organization
      `select entry, address from audit_trail left join audit_address using (entry_id)
        where entry->'actor'->>'id' = $1 order by entry_id desc limit $2`,
      [userId, MOST + 1],
    );
    return rows.map(({ entry, address }) => ({ ...entry, address }));
  }
}
