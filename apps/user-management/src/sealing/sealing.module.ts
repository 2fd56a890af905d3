import { Keyring, SealedRowsModule } from '@berth/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { sealedClientSecrets } from '../identity-providers/identity-providers.repository.js';
import { MAIL_PURPOSE } from '../mail/mail.service.js';
import { sealedTotpSecrets } from '../second-factor/second-factor.repository.js';
import { sealedSignInFlows } from '../sign-in-flows/sign-in-flows.repository.js';
import { KEY_PURPOSE } from '../signing-keys/make-signing-key.js';

const columns = [
  { table: 'signing_key', key: 'kid', column: 'private_sealed', context: `'${KEY_PURPOSE}'` },
  { table: 'mail', key: 'id', column: 'sealed', context: `'${MAIL_PURPOSE}'` },
  sealedTotpSecrets,
  sealedClientSecrets,
  sealedSignInFlows,
];

/** Global: seals what must lie in the database and must not be read there. */
@Module({})
export class SealingModule {
  static with(config: Config): DynamicModule {
    const keyring = config.KEY_ENCRYPTION_KEY;
    return {
      module: SealingModule,
      global: true,
      imports: [SealedRowsModule.forRoot({ config, keyring, columns })],
      providers: [{ provide: Keyring, useValue: keyring }],
      exports: [Keyring],
    };
  }
}
