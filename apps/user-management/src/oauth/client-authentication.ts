import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { isClientSecret } from '../api-tokens/api-token-text.js';
import { ClientSecretsRepository } from '../service-accounts/client-secrets.repository.js';
import { type ClientCredentials } from './client-credentials.js';
import { oauthErrors } from './oauth.errors.js';

/** A service account, and the secret by which it proved itself. */
export interface ProvenClient {
  readonly serviceAccountId: string;
  readonly secretId: string;
  readonly secretEndsAt: Date;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Which service account asks. */
@Injectable()
export class ClientAuthentication {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ClientSecretsRepository) private readonly secrets: ClientSecretsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws DomainError 401 `invalid_client` */
  async require(client: ClientCredentials | undefined): Promise<ProvenClient> {
    const { id = '', secret = '' } = client ?? {};
    const isPossible = uuid.test(id) && isClientSecret(secret);
    const found = isPossible ? await this.secrets.use(this.database, id, secret, this.clock.now()) : undefined;
    if (!found) throw oauthErrors.InvalidClient('The client or its secret is not known, or has ended.');
    return { serviceAccountId: found.serviceAccountId, secretId: found.id, secretEndsAt: found.expiresAt };
  }
}
