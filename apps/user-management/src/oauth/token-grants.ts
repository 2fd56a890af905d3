import type { AccessToken, TokenRequest, TokenResponse } from '@berth/contracts/identity';
import { Inject, Injectable } from '@nestjs/common';
import { meaninglessScope } from '../api-tokens/api-token.js';
import { DeviceGrants } from '../device-flow/device-grants.js';
import { RefreshService } from '../sessions/refresh.service.js';
import { sessionErrors } from '../sessions/sessions.errors.js';
import { TokenIssuer } from '../sessions/token-issuer.js';
import { ClientAuthentication } from './client-authentication.js';
import type { ClientCredentials } from './client-credentials.js';
import { oauthErrors } from './oauth.errors.js';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
export const grantTypes = ['client_credentials', 'refresh_token', DEVICE_GRANT] as const;

/** From what a client can show to an access token. */
@Injectable()
export class TokenGrants {
  constructor(
    @Inject(ClientAuthentication) private readonly clients: ClientAuthentication,
    @Inject(DeviceGrants) private readonly devices: DeviceGrants,
    @Inject(RefreshService) private readonly refreshes: RefreshService,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  /** @throws DomainError as RFC 6749, section 5.2 says */
  grant(request: TokenRequest, client: ClientCredentials | undefined): Promise<TokenResponse> {
    switch (request.grant_type) {
      case 'client_credentials':
        return this.toServiceAccount(request.scope, client);
      case 'refresh_token':
        return this.toSession(request.refresh_token);
      case DEVICE_GRANT:
        return this.toDevice(request.device_code);
      default:
        throw oauthErrors.UnsupportedGrantType(`Grants are ${grantTypes.join(', ')}.`);
    }
  }

  private async toServiceAccount(scope = '*', client: ClientCredentials | undefined): Promise<TokenResponse> {
    const {
      serviceAccountId: userId,
      secretId: sessionId,
      secretEndsAt: sessionEndsAt,
    } = await this.clients.require(client);
    const scopes = scope.split(' ').filter((each) => each !== '');
    const meaningless = scopes.length === 0 ? scope : meaninglessScope(scopes);
    if (meaningless !== undefined) throw oauthErrors.InvalidScope(`${meaningless} allows nothing.`);
    const subject = {
      userId,
      sessionId,
      sessionEndsAt,
      administrator: false,
      scopes,
      kind: 'service-account',
    } as const;
    return answerOf(await this.issuer.access(subject), scopes.join(' '));
  }

  private async toSession(refreshToken: string | undefined): Promise<TokenResponse> {
    if (refreshToken === undefined) throw oauthErrors.InvalidRequest('Send a refresh_token.');
    const tokens = await this.refreshes.refresh(refreshToken).catch((error: unknown) => {
      throw isRefused(error) ? oauthErrors.InvalidGrant('The refresh token is not valid any more.') : error;
    });
    return { ...answerOf(tokens, '*'), refresh_token: tokens.refreshToken };
  }

  private async toDevice(deviceCode: string | undefined): Promise<TokenResponse> {
    if (deviceCode === undefined) throw oauthErrors.InvalidRequest('Send a device_code.');
    const { refreshToken, ...subject } = await this.devices.redeem(deviceCode);
    return { ...answerOf(await this.issuer.access(subject), '*'), refresh_token: refreshToken };
  }
}

const isRefused = (error: unknown): boolean =>
  (error as { code?: unknown }).code === sessionErrors.RefreshInvalid('').code;

const answerOf = ({ accessToken, expiresIn }: AccessToken, scope: string): TokenResponse => ({
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: expiresIn,
  scope,
});
