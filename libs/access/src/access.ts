import type { Quota } from '@berth/contracts/events';
import { afterwards, type BaseConfig, Clock, confineTo, Database, type Sql } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ACCESS_OPTIONS } from './access-options.js';
import { accessErrors, notFound } from './access.errors.js';
import type { Caller } from './caller.js';
import { noteCheck } from './guard/object-checks.js';
import { isStale } from './guard/staleness.js';
import { can, mayKnow, type Places, placesWhere, scopesAllow, type Target } from './permissions/can.js';
import { type RuledAccess, refusalOf } from './permissions/organization-rules.js';
import { administratorPermissions, type Permission, retiredPermissions } from './permissions/permissions.js';
import { AccessCache } from './read-copy/access-cache.js';
import { type MemberAccess, OrganizationsRepository } from './read-copy/organizations.repository.js';

/** Decides who may do what to an object that the service has loaded. */
@Injectable()
export class Access {
  constructor(
    @Inject(AccessCache) private readonly cache: AccessCache,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ACCESS_OPTIONS) private readonly config: BaseConfig,
  ) {}

  /**
   * Resolves when the caller may do it there. What its request changes afterwards is of that organization alone.
   * @throws DomainError 404 `not_found` when the caller may not know that the object exists, 403 `forbidden` when its role or
   * its token's scopes are too low, 403 `organization_suspended` or `second_factor_needed` where the organization is or asks
   * for that, 503 `access_pending` while the read copy of the organization is incomplete
   */
  async require(caller: Caller, permission: Permission, target: Target): Promise<void> {
    noteCheck(caller, { permission, target });
    const subject = await this.subject(caller, target);
    this.requireRules(caller, permission, { subject, target });
    if (!scopesAllow(caller.scopes, permission) || !can(subject, permission, target)) throw forbidden(permission);
    confineTo(target.organizationId);
  }

  /**
   * For a list of an organization's projects, which shows what the caller may see: where in it the caller may do it; null:
   * everywhere.
   * @throws DomainError as `require`; 403 `forbidden` where there is no such place
   */
  async placesWhere(caller: Caller, permission: Permission, organizationId: string): Promise<Places | null> {
    const target = { organizationId };
    noteCheck(caller, { permission, target });
    const subject = await this.subject(caller, target);
    this.requireRules(caller, permission, { subject, target });
    const places = placesWhere(subject, permission, organizationId);
    const isNowhere = places?.projects.length === 0 && places.environments.length === 0;
    if (isNowhere || !scopesAllow(caller.scopes, permission)) throw forbidden(permission);
    confineTo(organizationId);
    return places;
  }

  /**
   * For what shows of a project, to whoever may see a part of it, that part: the environments on which the caller may do it;
   * null: all of the project.
   * @param among which of these environments lie in the project
   * @throws DomainError as `require` on the project, where there is none
   */
  async environmentsWhere(
    caller: Caller,
    permission: Permission,
    project: { readonly organizationId: string; readonly projectId: string },
    among: (environments: readonly string[]) => Promise<readonly string[]>,
  ): Promise<readonly string[] | null> {
    const subject = await this.subject(caller, project);
    const places = can(subject, permission, project) ? null : placesWhere(subject, permission, project.organizationId);
    const own = places?.environments.length ? await among(places.environments) : [];
    const [first] = own;
    await this.require(caller, permission, first === undefined ? project : { ...project, environmentId: first });
    return first === undefined ? null : own;
  }

  /**
   * For whoever gives permissions to others: nobody gives what they do not have, by a role and by the token they show.
   * @throws DomainError 403 `forbidden`
   */
  async requireToHandOn(caller: Caller, permissions: readonly string[], target: Target): Promise<void> {
    const subject = await this.subject(caller, target);
    const has = (permission: Permission) => scopesAllow(caller.scopes, permission) && can(subject, permission, target);
    const missing = permissions.find(
      (permission) => !retiredPermissions.includes(permission) && !has(permission as Permission),
    );
    if (missing !== undefined) throw accessErrors.Forbidden(`You cannot give ${missing}: you do not have it.`);
  }

  /** For a list that is empty where the caller may not know that there is anything. @throws DomainError 503 `access_pending` */
  async mayKnow(caller: Caller, target: Target): Promise<boolean> {
    return mayKnow(await this.subject(caller, target), target);
  }

  /** For what belongs to the platform and to no organization. @throws DomainError 403 `forbidden`, `second_factor_needed` */
  requireOnPlatform(caller: Caller, permission: Permission): void {
    noteCheck(caller, { permission, target: null });
    const allowed = caller.administrator && administratorPermissions.includes(permission);
    if (!allowed || !scopesAllow(caller.scopes, permission))
      throw accessErrors.Forbidden(`This needs the permission ${permission} on the platform.`);
    this.requireSecondFactor(caller);
  }

  /**
   * For a route that makes the object which its answer tells of: nothing can be asked about it before, but a repeat of the
   * request with its Idempotency-Key gets the answer only if the caller may do this to the object by then.
   * @throws DomainError 403 `second_factor_needed` as a repeat would, before anything is made
   */
  requireOnReplay(caller: Caller, permission: Permission, target: Target): void {
    noteCheck(caller, { permission, target });
    this.requireSecondFactor(caller);
  }

  /**
   * Of people, where the platform asks for it: machines have none. For what somebody gets who is asked for no permission,
   * a role or a token; to look after the own account takes none.
   * @throws DomainError 403 `second_factor_needed`
   */
  requireSecondFactor({ kind, secondFactor }: Caller): void {
    if (!this.config.SECOND_FACTOR_REQUIRED || kind !== 'user' || secondFactor) return;
    throw accessErrors.SecondFactorNeeded('This platform asks for a second factor: add one and log in.');
  }

  /** For an answer without any object in it, which a list may be: there was nothing to ask about. */
  tellsNothing(caller: Caller): void {
    noteCheck(caller);
  }

  /** Ids of the organizations in which the caller has any role. */
  organizationsOf(caller: Caller): Promise<string[]> {
    noteCheck(caller);
    return this.organizations.organizationsOf(this.database, caller.subjectId);
  }

  /** What an organization may use, as last heard; null when nothing was heard of it yet. */
  quotaOf(organizationId: string, sql: Sql = this.database): Promise<Quota | null> {
    return this.organizations.quota(sql, organizationId);
  }

  /** Whether the caller's token is still good: a stream asks this from time to time and ends when it is not. */
  async isStillValid(caller: Caller): Promise<boolean> {
    const { revokedSessions } = await this.cache.platform();
    return caller.tokenExpiresAt > this.clock.now() && !revokedSessions.has(caller.sessionId);
  }

  /**
   * Whether it may be relied on for a change that no request asks for, which the guard would have judged: false when
   * nothing was heard of user-management for too long.
   */
  async isCurrent(): Promise<boolean> {
    const { heartbeatAt } = await this.cache.platform();
    return !isStale(heartbeatAt, this.clock.now(), this.config.ACCESS_STALE_SECONDS);
  }

  /** @throws DomainError 404 `not_found`, and 403 by the rules of the platform and of the organization */
  private requireRules(
    caller: Caller,
    permission: Permission,
    { subject, target }: { readonly subject: RuledAccess; readonly target: Target },
  ): void {
    if (!mayKnow(subject, target)) throw notFound();
    this.requireSecondFactor(caller);
    const refused = refusalOf(caller, permission, subject);
    if (refused) throw accessErrors[refused.error](refused.detail);
  }

  private subject(caller: Caller, { organizationId }: Target): RuledAccess | Promise<RuledAccess> {
    return afterwards(this.cache.member(organizationId, caller.subjectId), (member) => ruledAccess(caller, member));
  }
}

const forbidden = (permission: Permission) => accessErrors.Forbidden(`This needs the permission ${permission}.`);

/** @throws DomainError 503 `access_pending` */
function ruledAccess({ administrator }: Caller, member: MemberAccess | undefined): RuledAccess {
  if (member?.awaitingSnapshot && !administrator) throw pending();
  const { grants = [], suspended = false, secondFactorRequired = false } = member ?? {};
  return { administrator, grants, suspended, secondFactorRequired };
}

/** The read copy is behind: it will have caught up in a moment. */
export const pending = () =>
  accessErrors.AccessPending('The access rules of this organization have not arrived yet.', { retryAfter: 1 });
