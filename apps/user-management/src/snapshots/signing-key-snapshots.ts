import type { SnapshotSource } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SigningKeysService } from '../signing-keys/signing-keys.service.js';

/** Their event states the whole set every time, so that it is its own snapshot. */
@Injectable()
export class SigningKeySnapshots implements SnapshotSource {
  readonly aggregate = 'signing-key';

  constructor(@Inject(SigningKeysService) private readonly keys: SigningKeysService) {}

  async emit(tx: Tx): Promise<null> {
    await this.keys.state(tx);
    return null;
  }
}
