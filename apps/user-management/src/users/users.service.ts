import { Audit, type Caller } from '@berth/access';
import { userRegistered } from '@berth/contracts/events';
import type { UpdateMe } from '@berth/contracts/identity';
import { Outbox } from '@berth/eventing';
import { Clock, Database, Ids, requireMatch, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { UserRecord } from './user.js';
import { userErrors } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

export interface NewUser {
  readonly email: string;
  readonly displayName: string | null;
  readonly passwordHash: string;
  readonly administrator: boolean;
}

@Injectable()
export class UsersService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** Answers the new user's id; undefined when the address belongs to somebody already. */
  async create(tx: Tx, user: NewUser): Promise<string | undefined> {
    const id = this.ids.next();
    if (!(await this.users.insert(tx, { ...user, id, createdAt: this.clock.now() }))) return undefined;
    await this.outbox.append(tx, userRegistered, { subject: id, data: { userId: id } });
    const target = { kind: 'user', id };
    const detail = { administrator: user.administrator };
    await this.audit.record(tx, { by: 'platform', action: 'users:create', target, organizationId: null, detail });
    return id;
  }

  async isKnown(sql: Sql, email: string): Promise<boolean> {
    return (await this.users.findByEmail(sql, email)) !== undefined;
  }

  async get(id: string): Promise<UserRecord> {
    return found(await this.users.find(this.database, id));
  }

  /** @throws DomainError 428 without If-Match, 412 when it is stale */
  async update(caller: Caller, ifMatch: string | undefined, patch: UpdateMe): Promise<UserRecord> {
    return this.database.transaction(async (tx) => {
      const user = found(await this.users.find(tx, caller.subjectId, 'for update'));
      requireMatch(ifMatch, user.generation);
      if (patch.displayName === undefined || patch.displayName === user.displayName) return user;
      const renamed = found(await this.users.rename(tx, user.id, patch.displayName));
      const target = { kind: 'user', id: user.id };
      // Neither name: entries outlive the person.
      const detail = { changed: ['displayName'] };
      await this.audit.record(tx, { by: caller, action: 'users:update', target, organizationId: null, detail });
      return renamed;
    });
  }
}

function found(user: UserRecord | undefined): UserRecord {
  if (user) return user;
  throw userErrors.UserNotFound('There is no such user.');
}
