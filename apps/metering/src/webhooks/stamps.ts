import { Clock, Ids } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** Who something new is, and since when. */
@Injectable()
export class Stamps {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  next(): { readonly id: string; readonly createdAt: string } {
    return { id: this.ids.next(), createdAt: this.now().toISOString() };
  }
}
