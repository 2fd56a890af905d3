import { createHmac } from 'node:crypto';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { seal, unseal } from './seal.js';

/** Seals what must lie in the database and must not be read there. */
@Injectable()
export class Sealer {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: Config) {
    this.key = config.KEY_ENCRYPTION_KEY;
  }

  seal(purpose: string, plain: string): Buffer {
    return seal(this.key, purpose, Buffer.from(plain));
  }

  unseal(purpose: string, sealed: Buffer): string {
    return unseal(this.key, purpose, sealed).toString();
  }

  /** 256 bits that follow from `text`, and that nobody without the key can foretell. */
  derive(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.key).update(`${purpose}\n${text}`).digest();
  }
}
