import { Public } from '@berth/access';
import { type AuthorizationServerMetadata, authorizationServerMetadata } from '@berth/contracts/identity';
import { Answers, CONFIG } from '@berth/service-kit';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { Config } from '../config.js';
import { grantTypes } from './token-grants.js';

const clientMethods = ['client_secret_basic', 'client_secret_post'];

@Public()
@Controller('.well-known/oauth-authorization-server')
export class MetadataController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** RFC 8414. The issuer is where the platform is reached; what tokens carry as `iss` is an operator's to choose. */
  @Get()
  @Header('cache-control', 'public, max-age=300')
  @Answers(authorizationServerMetadata)
  authorizationServer(): AuthorizationServerMetadata {
    const { PUBLIC_URL: url } = this.config;
    return {
      issuer: url,
      token_endpoint: `${url}/v1/oauth/token`,
      introspection_endpoint: `${url}/v1/oauth/introspect`,
      revocation_endpoint: `${url}/v1/oauth/revoke`,
      device_authorization_endpoint: `${url}/v1/oauth/device_authorization`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [...grantTypes],
      token_endpoint_auth_methods_supported: [...clientMethods, 'none'],
      introspection_endpoint_auth_methods_supported: clientMethods,
      revocation_endpoint_auth_methods_supported: ['none'],
    };
  }
}
