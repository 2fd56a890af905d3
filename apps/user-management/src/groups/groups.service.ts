import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { GroupGrant } from '@berth/contracts/events';
import type { CreateGroup, GroupQuery, GroupView, UpdateGroup } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, Ids, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type GroupRecord, toView } from './group.js';
import { GroupWriter } from './group-writer.js';
import { GroupsRepository } from './groups.repository.js';

export interface ChangedGroup {
  readonly group: GroupRecord;
  readonly access: AccessVersion;
}

/** Groups of an organization's members. */
@Injectable()
export class GroupsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GroupsRepository) private readonly groups: GroupsRepository,
    @Inject(GroupWriter) private readonly writer: GroupWriter,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  async list(caller: Caller, { organization, limit, cursor }: GroupQuery): Promise<Page<GroupView>> {
    await this.access.require(caller, 'groups:read', { organizationId: organization });
    const rows = await this.groups.list(this.database.confined, organization, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toView), limit, (group) => group.id);
  }

  async get(caller: Caller, id: string): Promise<GroupRecord> {
    const group = found(await this.groups.find(this.database, id));
    await this.access.require(caller, 'groups:read', { organizationId: group.organizationId });
    return group;
  }

  /** @throws DomainError 409 `group_name_taken`, 422 `group_member_unknown`, 403 for what the caller does not have */
  async create(caller: Caller, request: CreateGroup): Promise<ChangedGroup> {
    const { organizationId, name, memberIds, grants } = request;
    await this.access.require(caller, 'groups:update', { organizationId });
    const createdAt = this.clock.now();
    const group = {
      id: this.ids.next(),
      organizationId,
      name,
      memberIds: [...new Set(memberIds)],
      grants: grants.map(asGrant),
      generation: 1,
      createdAt,
    };
    await this.writer.requireToGive(caller, organizationId, group.grants);
    const access = await this.database.transaction((tx) => this.writer.insert(tx, caller, group));
    return { group, access };
  }

  /** @throws DomainError 428 without If-Match, 412 when it is stale, and as `create` */
  async update(caller: Caller, id: string, ifMatch: string | undefined, patch: UpdateGroup): Promise<ChangedGroup> {
    const { organizationId } = found(await this.groups.find(this.database, id));
    await this.access.require(caller, 'groups:update', { organizationId });
    await this.writer.requireToGive(caller, organizationId, (patch.grants ?? []).map(asGrant));
    return this.database.transaction(async (tx) => {
      const current = await this.locked(tx, organizationId, id);
      requireMatch(ifMatch, current.generation);
      const group = {
        ...current,
        memberIds: patch.memberIds ? [...new Set(patch.memberIds)] : current.memberIds,
        grants: patch.grants?.map(asGrant) ?? current.grants,
        generation: current.generation + 1,
      };
      // Who joins a group is given what it has.
      await this.writer.requireToGive(caller, organizationId, group.grants);
      return { group, access: await this.writer.store(tx, caller, group, current) };
    });
  }

  async delete(caller: Caller, id: string): Promise<AccessVersion> {
    const { organizationId } = found(await this.groups.find(this.database, id));
    await this.access.require(caller, 'groups:update', { organizationId });
    return this.database.transaction(async (tx) => {
      const group = await this.locked(tx, organizationId, id);
      return this.writer.delete(tx, caller, group);
    });
  }

  private async locked(tx: Tx, organizationId: string, id: string): Promise<GroupRecord> {
    await this.writer.lock(tx, organizationId);
    return found(await this.groups.find(tx, id));
  }
}

const asGrant = ({ scope, role, roleId }: CreateGroup['grants'][number]): GroupGrant =>
  roleId === undefined ? { scope, role } : { scope, role, roleId };

function found(group: GroupRecord | undefined): GroupRecord {
  if (group) return group;
  throw notFound();
}
