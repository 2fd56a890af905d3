import { Access, type Caller, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreatePullCredential, PullCredential, PullCredentialQuery } from '@berth/contracts/deployment';
import { Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { nameOf } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { notFound } from '../not-found.js';
import { MOST_PULL_CREDENTIALS, type PullCredentialRow, toPullCredential } from './pull-credential.js';
import { PullCredentialMarks } from './pull-credential-marks.js';
import { pullCredentialErrors } from './pull-credentials.errors.js';
import { PullCredentialsRepository } from './pull-credentials.repository.js';
import { RegistryLogins } from './registry-logins.js';

/** Each change reaches all workloads of the organization, whose instances go on meanwhile. */
@Injectable()
export class PullCredentialsService {
  constructor(
    private readonly database: Database,
    private readonly credentials: PullCredentialsRepository,
    private readonly logins: RegistryLogins,
    private readonly marks: PullCredentialMarks,
    private readonly access: Access,
    private readonly mint: Mint,
  ) {}

  /** @throws 409 when the organization has one for that registry, or too many */
  async create(caller: Caller, body: CreatePullCredential): Promise<PullCredential> {
    const { organizationId, registry, username, password } = body;
    await this.access.require(caller, 'pull-credentials:create', { organizationId });
    const id = this.mint.id();
    const row = { id, organizationId, registry, username, createdBy: nameOf(caller), createdAt: this.mint.now() };
    await this.database.transaction(async (tx) => {
      if (!(await this.credentials.insert(tx, row, this.logins.seal(id, password)))) throw taken(registry);
      if ((await this.credentials.count(tx, organizationId)) > MOST_PULL_CREDENTIALS) throw tooMany();
      await this.marks.changed(tx, caller, row, 'create');
    });
    return toPullCredential(row);
  }

  async get(caller: Caller, id: string): Promise<PullCredential> {
    return toPullCredential(await this.require(caller, id, 'pull-credentials:read'));
  }

  async list(caller: Caller, query: PullCredentialQuery): Promise<Page<PullCredential>> {
    await this.access.require(caller, 'pull-credentials:read', { organizationId: query.organization });
    const page = toPage(await this.credentials.list(this.database.confined, query), query.limit, ({ id }) => id);
    return { ...page, items: page.items.map(toPullCredential) };
  }

  async remove(caller: Caller, id: string): Promise<void> {
    const row = await this.require(caller, id, 'pull-credentials:delete');
    await this.database.transaction(async (tx) => {
      if (!(await this.credentials.delete(tx, id))) throw notFound();
      await this.marks.changed(tx, caller, row, 'delete');
    });
  }

  private async require(caller: Caller, id: string, permission: Permission): Promise<PullCredentialRow> {
    const row = await this.credentials.find(this.database, id);
    if (!row) throw notFound();
    await this.access.require(caller, permission, { organizationId: row.organizationId });
    return row;
  }
}

const taken = (registry: string) =>
  pullCredentialErrors.PullCredentialTaken(`The organization has a credential for ${registry}: remove that first.`, {
    pointer: '/registry',
  });
const tooMany = () =>
  pullCredentialErrors.TooManyPullCredentials(`An organization has at most ${MOST_PULL_CREDENTIALS} credentials.`);
