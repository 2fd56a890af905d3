import { Access, Audit, type Caller, type Change, changedFrom, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type {
  CreateIdentityProvider,
  IdentityProviderQuery,
  IdentityProviderView,
  SignInProviders,
  UpdateIdentityProvider,
} from '@berth/contracts/identity';
import { Database, decodeCursor, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type IdentityProviderRecord, toView } from './identity-provider.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { NewIdentityProviders } from './new-identity-providers.js';

const MOST_SHOWN = 50;

/** An organization's own identity providers. Only owners choose them: a provider can say that somebody is an owner. */
@Injectable()
export class IdentityProvidersService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(IdentityProvidersRepository) private readonly providers: IdentityProvidersRepository,
    @Inject(NewIdentityProviders) private readonly begins: NewIdentityProviders,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError 422 `plugin_unknown`, `plugin_settings_refused` */
  async create(caller: Caller, request: CreateIdentityProvider): Promise<IdentityProviderRecord> {
    const { clientSecret, ...rest } = request;
    await this.access.require(caller, 'identity-providers:update', { organizationId: rest.organizationId });
    const provider = this.begins.make(rest);
    await this.database.transaction(async (tx) => {
      await this.providers.insert(tx, provider, clientSecret);
      await this.record(tx, caller, 'identity-providers:create', provider);
    });
    return provider;
  }

  async list(caller: Caller, query: IdentityProviderQuery): Promise<Page<IdentityProviderView>> {
    const { organization, limit, cursor } = query;
    await this.access.require(caller, 'identity-providers:read', { organizationId: organization });
    const rows = await this.providers.list(this.database.confined, organization, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toView), limit, (provider) => provider.id);
  }

  /** For a page on which somebody is about to sign in: the same for an organization that does not exist. */
  async offered(slug: string): Promise<SignInProviders> {
    return { items: await this.providers.listOfSlug(this.database.confined, slug, MOST_SHOWN) };
  }

  async get(caller: Caller, id: string): Promise<IdentityProviderRecord> {
    const provider = found(await this.providers.find(this.database, id));
    await this.access.require(caller, 'identity-providers:read', { organizationId: provider.organizationId });
    return provider;
  }

  /** @throws DomainError 428 without If-Match, 412 when it is stale */
  async update(
    caller: Caller,
    id: string,
    ifMatch: string | undefined,
    { clientSecret, ...patch }: UpdateIdentityProvider,
  ): Promise<IdentityProviderRecord> {
    await this.requireOwner(caller, id);
    return this.database.transaction(async (tx) => {
      const provider = found(await this.providers.find(tx, id, 'for update'));
      requireMatch(ifMatch, provider.generation);
      const changed = patched(provider, patch);
      await this.providers.update(tx, changed, clientSecret);
      // Of secrets it says that there is another one since.
      const secret = (which: string) => (clientSecret === undefined ? {} : { clientSecret: which });
      const said = { ...saidOf(provider), ...secret('former') };
      const change = changedFrom(said, { ...saidOf(changed), ...secret('next') });
      await this.record(tx, caller, 'identity-providers:update', changed, change);
      return { ...changed, generation: provider.generation + 1 };
    });
  }

  /** Nobody signs in through it any more; roles that it gave stay until somebody takes them. */
  async delete(caller: Caller, id: string): Promise<void> {
    await this.requireOwner(caller, id);
    await this.database.transaction(async (tx) => {
      const provider = found(await this.providers.find(tx, id, 'for update'));
      await this.providers.delete(tx, id);
      await this.record(tx, caller, 'identity-providers:delete', provider, changedFrom(saidOf(provider), {}));
    });
  }

  private async requireOwner(caller: Caller, id: string): Promise<void> {
    const { organizationId } = found(await this.providers.find(this.database, id));
    await this.access.require(caller, 'identity-providers:update', { organizationId });
  }

  private async record(
    tx: Tx,
    by: Caller,
    action: string,
    { id, organizationId, ...provider }: Omit<IdentityProviderRecord, 'generation'>,
    change?: Change,
  ): Promise<void> {
    const target = { kind: 'identity-provider', id };
    const said = change ? { change } : { detail: saidOf(provider) };
    await this.audit.record(tx, { by, action, target, organizationId, ...said });
  }
}

const saidOf = (provider: Pick<IdentityProviderRecord, 'displayName' | 'endpoints' | 'clientId' | 'settings'>) => {
  const { displayName, endpoints, clientId, settings } = provider;
  return { displayName, endpoints, clientId, ...settings };
};

function patched(
  provider: IdentityProviderRecord,
  { displayName, clientId, ...settings }: Omit<UpdateIdentityProvider, 'clientSecret'>,
): IdentityProviderRecord {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return {
    ...provider,
    displayName: displayName ?? provider.displayName,
    clientId: clientId ?? provider.clientId,
    settings: { ...provider.settings, ...given },
  };
}

function found(provider: IdentityProviderRecord | undefined): IdentityProviderRecord {
  if (provider) return provider;
  throw notFound();
}
