import { randomUUID } from 'node:crypto';
import type { Membership, Quota, Role, Scope } from '@berth/contracts/events';
import type { Database } from '@berth/service-kit';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { OrganizationsRepository } from '../read-copy/organizations.repository.js';

export interface TestTokenOptions {
  readonly subjectId?: string;
  readonly sessionId?: string;
  /** Of what it was obtained with. Default for machines: an hour from now. */
  readonly sessionEndsAt?: Date | null;
  readonly scopes?: readonly string[];
  readonly administrator?: boolean;
  readonly secondFactor?: boolean;
  readonly kind?: 'user' | 'service-account';
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now; negative: already ended. */
  readonly expiresIn?: number;
}

const plenty: Quota = {
  projects: 1_000,
  environments: 1_000,
  apps: 1_000,
  cpuMillicores: 1_000_000,
  memoryMib: 1_000_000,
  buildsAtOnce: 100,
};

/**
 * Stands in for user-management in tests of other services: a signing key in the service's read copy, tokens by it, and
 * organizations and roles written straight into the read copy. The service's guard is the real one.
 */
export class TestIdentity {
  private readonly organizations = new OrganizationsRepository();

  private constructor(
    private readonly database: Database,
    readonly kid: string,
    readonly privateKey: CryptoKey,
  ) {}

  /** `database`: the service's own, migrated. */
  static async create(database: Database): Promise<TestIdentity> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = randomUUID();
    await database.query('insert into access_signing_key (kid, public_jwk) values ($1, $2)', [
      kid,
      await exportJWK(publicKey),
    ]);
    await database.query(`select pg_notify('berth_access', 'platform')`);
    return new TestIdentity(database, kid, privateKey);
  }

  /** An access token as user-management would issue it. */
  token(options: TestTokenOptions = {}): Promise<string> {
    const { administrator = false, scopes = ['*'], expiresIn = 3_600 } = options;
    const now = Math.floor(Date.now() / 1_000);
    const proven = { ...(administrator ? { admin: true } : {}), ...(options.secondFactor ? { mfa: true } : {}) };
    const kind = options.kind ?? 'user';
    const claims = {
      sid: options.sessionId ?? randomUUID(),
      scope: scopes.join(' '),
      kind,
      ...proven,
      ...endOf(options),
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: this.kid, typ: 'at+jwt' })
      .setSubject(options.subjectId ?? randomUUID())
      .setIssuer(options.issuer ?? 'berth')
      .setAudience(options.audience ?? 'berth')
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(this.privateKey);
  }

  /** Makes an organization known to the service; answers its id. */
  async organization(options: { id?: string; quota?: Partial<Quota> } = {}): Promise<string> {
    const id = options.id ?? randomUUID();
    await this.database.query(
      `insert into access_organization (organization_id, epoch, version, quota) values ($1, 0, 1, $2)
       on conflict (organization_id) do update set quota = excluded.quota`,
      [id, { ...plenty, ...options.quota }],
    );
    await this.tell(id);
    return id;
  }

  /** Gives a role; the scope defaults to the whole organization. Answers an access token of that subject. */
  async member(
    organizationId: string,
    role: Role,
    options: { subjectId?: string; scope?: Scope } = {},
  ): Promise<string> {
    const subjectId = options.subjectId ?? randomUUID();
    const scope = options.scope ?? { kind: 'organization', id: organizationId };
    const membership: Membership = { organizationId, subjectId, scope, role };
    await this.database.transaction((tx) => this.organizations.grant(tx, membership));
    await this.tell(organizationId);
    return this.token({ subjectId });
  }

  /** Takes all roles in an organization away. */
  async strip(organizationId: string, subjectId: string): Promise<void> {
    const sql = 'delete from access_membership where organization_id = $1 and subject_id = $2';
    await this.database.query(sql, [organizationId, subjectId]);
    await this.tell(organizationId);
  }

  async revokeSession(sessionId: string): Promise<void> {
    await this.database.query('insert into access_revoked_session (session_id, revoked_at) values ($1, now())', [
      sessionId,
    ]);
    await this.tell('platform');
  }

  /** What the service heard last of user-management: `access_stale` follows from it. */
  async heartbeat(at: Date): Promise<void> {
    await this.database.query('update access_state set heartbeat_at = $1', [at]);
    await this.tell('platform');
  }

  private async tell(what: string): Promise<void> {
    await this.database.query(`select pg_notify('berth_access', $1)`, [what]);
  }
}

function endOf({ kind, sessionEndsAt = new Date(Date.now() + 3_600_000) }: TestTokenOptions) {
  if (kind !== 'service-account' || sessionEndsAt === null) return {};
  return { session_exp: Math.floor(sessionEndsAt.getTime() / 1_000) };
}
