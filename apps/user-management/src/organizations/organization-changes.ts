import { type AccessVersion, Audit, type AuditRecord, type Caller, type Change, changedFrom } from '@berth/access';
import {
  type DataOf,
  type EventDefinition,
  type MemberRole,
  type Membership,
  membershipChanged,
  membershipGranted,
  membershipRevoked,
  organizationCreated,
  organizationQuotaChanged,
  type Quota,
} from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';

/** Null and absent: no custom one. */
interface GivenRole {
  readonly role: MemberRole;
  readonly roleId?: string | null | undefined;
}

const roleIn = ({ role, roleId }: GivenRole) => ({ role, roleId: roleId ?? undefined });

/**
 * Tells all services what changed in who may do what, and records who changed it. The subject is always the organization, so
 * that one version counts all of it; each method answers the version that it made.
 */
@Injectable()
export class OrganizationChanges {
  constructor(
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async created(tx: Tx, by: Caller, organization: { id: string; slug: string; quota: Quota }): Promise<AccessVersion> {
    const { id, slug, quota } = organization;
    await this.append(tx, organizationCreated, id, { organizationId: id, slug, ownerId: by.subjectId, quota });
    const scope = { kind: 'organization' as const, id };
    const owner = { organizationId: id, subjectId: by.subjectId, scope, role: 'owner' as const };
    const version = await this.append(tx, membershipGranted, id, owner);
    const target = { kind: 'organization', id };
    await this.audit.record(tx, { by, action: 'organizations:create', target, organizationId: id, detail: { slug } });
    return version;
  }

  /** Anything else that changes what holds in an organization. */
  async told<D extends EventDefinition>(
    tx: Tx,
    by: Caller | 'platform',
    definition: D,
    data: DataOf<D> & { readonly organizationId: string },
    act: Pick<AuditRecord, 'action' | 'target' | 'detail' | 'change'>,
  ): Promise<AccessVersion> {
    const { organizationId } = data;
    const version = await this.append(tx, definition, organizationId, data);
    await this.audit.record(tx, { by, organizationId, ...act });
    return version;
  }

  async quotaChanged(
    tx: Tx,
    by: Caller,
    organizationId: string,
    { former, quota }: { former: Quota; quota: Quota },
  ): Promise<AccessVersion> {
    const version = await this.append(tx, organizationQuotaChanged, organizationId, { organizationId, quota });
    const target = { kind: 'organization', id: organizationId };
    await this.audit.record(tx, {
      by,
      action: 'quotas:update',
      target,
      organizationId,
      change: changedFrom(former, quota),
    });
    return version;
  }

  granted(tx: Tx, by: Caller | 'platform', id: string, membership: Membership): Promise<AccessVersion> {
    return this.membership(tx, by, id, membership, { action: 'memberships:create', definition: membershipGranted });
  }

  changed(
    tx: Tx,
    by: Caller | 'platform',
    id: string,
    { former, membership }: { former: GivenRole; membership: Membership },
  ): Promise<AccessVersion> {
    const change = changedFrom(roleIn(former), roleIn(membership));
    const act = { action: 'memberships:update', definition: membershipChanged, change };
    return this.membership(tx, by, id, membership, act);
  }

  revoked(tx: Tx, by: Caller | 'platform', id: string, membership: Membership): Promise<AccessVersion> {
    const change = changedFrom(roleIn(membership), {});
    const act = { action: 'memberships:delete', definition: membershipRevoked, change };
    return this.membership(tx, by, id, membership, act);
  }

  private async membership(
    tx: Tx,
    by: Caller | 'platform',
    id: string,
    membership: Membership,
    { action, definition, change }: { action: string; definition: EventDefinition; change?: Change },
  ): Promise<AccessVersion> {
    const { organizationId, subjectId, scope, role } = membership;
    const version = await this.append(tx, definition, organizationId, membership);
    const target = { kind: 'membership', id };
    const detail = { subjectId, scope, role };
    await this.audit.record(tx, { by, action, target, organizationId, detail, ...(change && { change }) });
    return version;
  }

  private async append<D extends EventDefinition>(
    tx: Tx,
    definition: D,
    organizationId: string,
    data: DataOf<D>,
  ): Promise<AccessVersion> {
    const { version } = await this.outbox.append(tx, definition, { subject: organizationId, organizationId, data });
    return { organizationId, version };
  }
}
