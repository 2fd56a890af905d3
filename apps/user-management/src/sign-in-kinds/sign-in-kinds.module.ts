import { CONFIG, outboundFetch } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { OAuth2Provider } from './oauth2.provider.js';
import { OpenIdConnectProvider } from './openid-connect.provider.js';
import { loadPlugIns } from './plug-ins.js';
import { SignInKinds } from './sign-in-kinds.js';

async function kindsOf(config: Config): Promise<SignInKinds> {
  const { PRIVATE_IDENTITY_PROVIDERS: allowPrivateAddresses, OUTBOUND_HOSTS: hosts } = config;
  const fetch = outboundFetch({ allowPrivateAddresses, hosts, timeoutMs: 10_000, maxBytes: 1_048_576 });
  const own = { oidc: new OpenIdConnectProvider(fetch), oauth2: new OAuth2Provider(fetch) };
  return new SignInKinds(own, await loadPlugIns(config.IDENTITY_PROVIDER_PLUGINS, { fetch }));
}

@Module({
  providers: [{ provide: SignInKinds, inject: [CONFIG], useFactory: kindsOf }],
  exports: [SignInKinds],
})
export class SignInKindsModule {}
