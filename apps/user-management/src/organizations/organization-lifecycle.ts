import { type AccessVersion, Audit, type Caller, changedFrom, notFound } from '@berth/access';
import { organizationDeleted, organizationResumed, organizationSuspended } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { type OrganizationRecord, settingsOf } from './organization.js';
import { OrganizationChanges } from './organization-changes.js';
import { deletedMail, deletionMail, suspendedMail } from './organization-mails.js';
import { organizationErrors } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** Keys are ids of organizations that are to be deleted. */
export const DELETION_QUEUE = 'organization-deletion';

/** How an organization comes to rest, is taken up again, and ends. What it runs and keeps elsewhere follows the events. */
@Injectable()
export class OrganizationLifecycle {
  constructor(
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError 409 `organization_suspended_already` */
  async suspend(tx: Tx, by: Caller, id: string, reason: string): Promise<void> {
    const organization = await this.locked(tx, id);
    if (organization.suspendedFor === 'administrator')
      throw organizationErrors.OrganizationSuspendedAlready('It is suspended already.');
    const suspended = { ...organization, suspendedFor: 'administrator' as const };
    await this.organizations.store(tx, suspended);
    await this.writeTo(tx, id, (to) => suspendedMail(to, organization.slug));
    await this.tell(tx, by, organization, suspended, reason);
  }

  /** @throws DomainError 409 `organization_not_suspended` */
  async resume(tx: Tx, by: Caller, id: string, reason: string): Promise<void> {
    const organization = await this.locked(tx, id);
    if (organization.suspendedFor !== 'administrator')
      throw organizationErrors.OrganizationNotSuspended('No administrator has suspended it.');
    const resumed = { ...organization, suspendedFor: organization.deleteAt ? ('deletion' as const) : null };
    await this.organizations.store(tx, resumed);
    await this.untell(tx, by, organization, resumed, reason);
  }

  /** It rests from now on, and is deleted at `at`. @throws DomainError 409 `organization_deleted_already` */
  async beginDeletion(tx: Tx, by: Caller, id: string, at: Date, afterSeconds: number): Promise<void> {
    const organization = await this.locked(tx, id);
    if (organization.deleteAt) throw organizationErrors.OrganizationDeletedAlready('It will be deleted already.');
    const leaving = { ...organization, suspendedFor: organization.suspendedFor ?? ('deletion' as const), deleteAt: at };
    await this.organizations.store(tx, leaving);
    await this.queue.enqueue(tx, DELETION_QUEUE, id, { afterSeconds });
    await this.writeTo(tx, id, (to) => deletionMail(to, organization.slug, at));
    await this.tell(tx, by, organization, leaving, 'deletion');
  }

  /** @throws DomainError 409 `organization_not_deleted` */
  async takeDeletionBack(tx: Tx, by: Caller, id: string): Promise<void> {
    const organization = await this.locked(tx, id);
    if (!organization.deleteAt) throw organizationErrors.OrganizationNotDeleted('Nobody asked to delete it.');
    const suspendedFor = organization.suspendedFor === 'deletion' ? null : organization.suspendedFor;
    const staying = { ...organization, suspendedFor, deleteAt: null };
    await this.organizations.store(tx, staying);
    await this.untell(tx, by, organization, staying, 'deletion taken back');
  }

  /** For good, if that is still wanted. */
  async finishDeletion(tx: Tx, id: string, now: Date): Promise<void> {
    const organization = await this.organizations.find(tx, id, 'for update');
    if (!organization?.deleteAt || organization.deleteAt > now) return;
    await this.writeTo(tx, id, (to) => deletedMail(to, organization.slug));
    await this.organizations.delete(tx, id);
    const change = changedFrom({ slug: organization.slug, ...settingsOf(organization) }, {});
    const act = { action: 'organizations:delete', target: { kind: 'organization', id }, change };
    await this.changes.told(tx, 'platform', organizationDeleted, { organizationId: id }, act);
  }

  private async locked(tx: Tx, id: string): Promise<OrganizationRecord> {
    const organization = await this.organizations.find(tx, id, 'for update');
    if (organization) return organization;
    throw notFound();
  }

  /** Services hear of it once: it rests, for whatever reason. */
  private async tell(
    tx: Tx,
    by: Caller,
    before: OrganizationRecord,
    after: OrganizationRecord,
    reason: string,
  ): Promise<AccessVersion | undefined> {
    const { id } = before;
    const act = { action: 'organizations:suspend', ...actOn(before, after, reason) };
    if (before.suspendedFor === null)
      return this.changes.told(tx, by, organizationSuspended, { organizationId: id }, act);
    await this.audit.record(tx, { by, organizationId: id, ...act });
    return undefined;
  }

  private async untell(
    tx: Tx,
    by: Caller,
    before: OrganizationRecord,
    after: OrganizationRecord,
    reason: string,
  ): Promise<void> {
    const { id } = before;
    const act = { action: 'organizations:resume', ...actOn(before, after, reason) };
    if (after.suspendedFor !== null) return this.audit.record(tx, { by, organizationId: id, ...act });
    await this.changes.told(tx, by, organizationResumed, { organizationId: id }, act);
  }

  private async writeTo(tx: Tx, id: string, letter: (to: string) => Parameters<MailService['post']>[1]): Promise<void> {
    for (const to of await this.organizations.ownerAddresses(tx, id)) await this.mail.post(tx, letter(to));
  }
}

const actOn = (before: OrganizationRecord, after: OrganizationRecord, reason: string) => ({
  target: { kind: 'organization', id: before.id },
  detail: { reason },
  change: changedFrom(settingsOf(before), settingsOf(after)),
});
