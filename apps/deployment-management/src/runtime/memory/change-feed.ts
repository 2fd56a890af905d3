import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import type { RuntimeChange } from '../runtime.js';

/** Hands each hint to everybody who reads; what comes while a reader is busy waits for it. */
export class ChangeFeed {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  push(change: RuntimeChange): void {
    this.emitter.emit('change', change);
  }

  async *read(signal: AbortSignal): AsyncIterable<RuntimeChange> {
    const waiting: RuntimeChange[] = [];
    const keep = (change: RuntimeChange) => {
      waiting.push(change);
      this.emitter.emit('kept');
    };
    this.emitter.on('change', keep);
    try {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) yield next;
        else await once(this.emitter, 'kept', { signal }).catch(() => undefined); // aborted: the loop ends
      }
    } finally {
      this.emitter.off('change', keep);
    }
  }
}
