import type { DesiredWorkload } from '@berth/contracts/runtime';
import { CONFIG, Database, type Keyring, type SealedColumn } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { registriesOf } from './pull-credential.js';
import { PullCredentialsRepository } from './pull-credentials.repository.js';

/** For wrapping all of them anew after a change of keys; `contextOf` in SQL. */
export const sealedPullCredentials: SealedColumn = {
  ...{ table: 'pull_credential', key: 'id', column: 'sealed' },
  context: `'pull-credential/' || id`,
};

const contextOf = (id: string): string => `pull-credential/${id}`;

/** Passwords for registries, sealed in our own database. They leave it only towards the runtime. */
@Injectable()
export class RegistryLogins {
  private readonly keyring: Keyring;

  constructor(
    private readonly database: Database,
    private readonly credentials: PullCredentialsRepository,
    @Inject(CONFIG) config: Config,
  ) {
    this.keyring = config.KEY_ENCRYPTION_KEY;
  }

  seal(id: string, password: string): Buffer {
    return this.keyring.seal(contextOf(id), password);
  }

  /** As whom images of an organization are pulled. @throws Error when one does not open */
  async of(organizationId: string): Promise<NonNullable<DesiredWorkload['registries']>> {
    const rows = await this.credentials.sealedOf(this.database.confined, organizationId);
    return registriesOf(
      rows.map(({ sealed, ...row }) => ({ ...row, password: this.keyring.openText(contextOf(row.id), sealed) })),
    );
  }
}
