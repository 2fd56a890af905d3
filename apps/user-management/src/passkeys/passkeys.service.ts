import { Audit, type Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { AddedPasskey, AddPasskey, Passkey, PasskeyOptions } from '@berth/contracts/identity';
import { Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SecondFactorChanges } from '../second-factor/second-factor-changes.js';
import { UsersService } from '../users/users.service.js';
import { NewPasskeys } from './new-passkeys.js';
import { toPasskey } from './passkey.js';
import { passkeyErrors } from './passkeys.errors.js';
import { PasskeysRepository } from './passkeys.repository.js';

const MOST = 20;

/** A person's own passkeys. */
@Injectable()
export class PasskeysService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PasskeysRepository) private readonly passkeys: PasskeysRepository,
    @Inject(NewPasskeys) private readonly made: NewPasskeys,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(SecondFactorChanges) private readonly changes: SecondFactorChanges,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async list({ subjectId }: Caller, { limit, cursor }: PageQuery): Promise<Page<Passkey>> {
    const rows = await this.passkeys.list(this.database, subjectId, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toPasskey), limit, (passkey) => passkey.id);
  }

  async options(caller: Caller): Promise<PasskeyOptions> {
    const known = await this.passkeys.list(this.database, caller.subjectId, null, MOST);
    if (known.length >= MOST) throw passkeyErrors.TooManyPasskeys(`You have ${MOST} passkeys: delete one first.`);
    return this.made.options(await this.users.get(this.database, caller.subjectId), known);
  }

  /** @throws DomainError 422 `passkey_refused`, 409 `passkey_exists` */
  async add(caller: Caller, { name, credential }: AddPasskey): Promise<AddedPasskey> {
    return this.database.transaction(async (tx) => {
      const passkey = await this.made.verified(tx, caller.subjectId, name, credential);
      const recoveryCodes = await this.changes.beginWithCodes(tx, caller.subjectId);
      if (!(await this.passkeys.insert(tx, passkey)))
        throw passkeyErrors.PasskeyExists('This device has a passkey here already.');
      await this.changes.told(tx, caller, 'passkey added');
      return { ...toPasskey(passkey), recoveryCodes };
    });
  }

  /** What it is called is the person's own words, and so not written into the audit trail. */
  async rename(by: Caller, id: string, name: string): Promise<Passkey> {
    return this.database.transaction(async (tx) => {
      const passkey = await this.passkeys.rename(tx, by.subjectId, id, name);
      if (!passkey) throw noSuchPasskey();
      const target = { kind: 'passkey', id };
      await this.audit.record(tx, { by, action: 'users:rename-passkey', target, organizationId: null });
      return toPasskey(passkey);
    });
  }

  async delete(caller: Caller, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.passkeys.delete(tx, caller.subjectId, id))) throw noSuchPasskey();
      await this.changes.endWithLast(tx, caller);
      await this.changes.told(tx, caller, 'passkey removed');
    });
  }
}

const noSuchPasskey = () => passkeyErrors.PasskeyNotFound('You have no such passkey.');
