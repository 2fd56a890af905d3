import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Letter } from '../mail/letter.js';
import { MailService } from '../mail/mail.service.js';

interface Reader {
  readonly email: string;
  readonly organization: string;
}

/** Who spends an organization's money reads of it: its owners, administrators and those who see to the bills. */
@Injectable()
export class BillingReaders {
  constructor(@Inject(MailService) private readonly mail: MailService) {}

  async tell(tx: Tx, organizationId: string, letter: (organization: string) => Omit<Letter, 'to'>): Promise<void> {
    const readers = await tx.query<Reader>(
      `select distinct u.email, o.slug as organization
         from membership m
         join app_user u on u.id = m.user_id and u.state = 'active'
         join organization o on o.id = m.organization_id
        where m.organization_id = $1 and m.scope_kind = 'organization' and m.role in ('owner', 'admin', 'billing')`,
      [organizationId],
    );
    for (const { email, organization } of readers) await this.mail.post(tx, { to: email, ...letter(organization) });
  }
}
