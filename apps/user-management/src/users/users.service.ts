import { Audit } from '@berth/access';
import { userRegistered } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { Clock, Ids, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { UserRecord } from './user.js';
import { userErrors } from './users.errors.js';
import { Usernames } from './usernames.js';
import { UsersRepository } from './users.repository.js';

export interface NewUser {
  /** null: one made from the address. */
  readonly username: string | null;
  readonly email: string;
  readonly displayName: string | null;
  readonly passwordHash: string;
  /** Absent: their own, and good until they change it. */
  readonly passwordEndsAt?: Date;
  readonly administrator: boolean;
}

@Injectable()
export class UsersService {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(Usernames) private readonly usernames: Usernames,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** Answers the new user's id; undefined when the address belongs to somebody already. */
  async create(tx: Tx, user: NewUser): Promise<string | undefined> {
    const id = this.ids.next();
    if (!(await this.users.insert(tx, { ...user, id, createdAt: this.clock.now() }))) return undefined;
    await this.usernames.give(tx, { id, email: user.email, chosen: user.username });
    await this.outbox.append(tx, userRegistered, { subject: id, data: { userId: id } });
    const target = { kind: 'user', id };
    const detail = { administrator: user.administrator };
    await this.audit.record(tx, { by: 'platform', action: 'users:create', target, organizationId: null, detail });
    return id;
  }

  async isKnown(sql: Sql, email: string): Promise<boolean> {
    return (await this.users.findByEmail(sql, email)) !== undefined;
  }

  async get(sql: Sql, id: string): Promise<UserRecord> {
    return found(await this.users.find(sql, id));
  }
}

export function found(user: UserRecord | undefined): UserRecord {
  if (user) return user;
  throw userErrors.UserNotFound('There is no such user.');
}
