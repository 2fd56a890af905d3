import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';

/** Mints ids: UUID version 7 (RFC 9562), sortable by time of creation. */
@Injectable()
export class Ids {
  next(): string {
    return v7();
  }
}
