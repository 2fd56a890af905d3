import type { Tx } from '@berth/service-kit';

/**
 * What a handler gets as `@Ctx()`. `tx` also holds the inbox row: what is written through it takes effect exactly
 * once, what is done beside it may happen again.
 */
export class EventContext {
  constructor(readonly tx: Tx) {}
}
