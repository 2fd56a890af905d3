import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SigningKeysService } from './signing-keys.service.js';

/** A platform that has just been made can sign. */
@Injectable()
export class EnsureSigningKey implements OnApplicationBootstrap {
  constructor(@Inject(SigningKeysService) private readonly keys: SigningKeysService) {}

  onApplicationBootstrap(): Promise<void> {
    return this.keys.ensure();
  }
}
