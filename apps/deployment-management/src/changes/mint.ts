import { Clock, Ids } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** What a new row is stamped with: an id and an instant. */
@Injectable()
export class Mint {
  constructor(
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  id(): string {
    return this.ids.next();
  }

  now(): Date {
    return this.clock.now();
  }

  instant(): string {
    return this.clock.now().toISOString();
  }
}
