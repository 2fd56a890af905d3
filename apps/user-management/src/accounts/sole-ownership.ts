import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { accountErrors } from './accounts.errors.js';

/** An organization keeps an owner who can act for it. */
@Injectable()
export class SoleOwnership {
  /**
   * Holds the organizations of which the user is an owner, in one order for all, until the commit.
   * @throws DomainError 409 `sole_owner`
   */
  async refuse(tx: Tx, userId: string): Promise<void> {
    const owned = await tx.query<{ id: string; slug: string }>(
      `select id, slug from organization where id in (
         select organization_id from membership where user_id = $1 and scope_kind = 'organization' and role = 'owner')
        order by id for update`,
      [userId],
    );
    const held = owned.map(({ id }) => id);
    const others = await tx.query<{ id: string }>(
      `select distinct organization_id as id from membership join app_user on app_user.id = user_id
        where organization_id = any($1) and scope_kind = 'organization' and role = 'owner'
          and user_id <> $2 and state = 'active'`,
      [held, userId],
    );
    const safe = new Set(others.map(({ id }) => id));
    const alone = owned.filter(({ id }) => !safe.has(id)).map(({ slug }) => slug);
    if (alone.length === 0) return;
    throw accountErrors.SoleOwner(`You are the only owner of ${alone.join(', ')}: make somebody else owner first.`);
  }
}
