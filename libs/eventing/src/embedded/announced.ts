import type { StoredMessage } from './embedded-log.js';

/** A notification holds 8 kB at most, so these are 2 MB at most. */
const MOST = 256;

/** What notifications told of a partition while nobody took it: messages one after another, without a gap. */
export class Announced {
  private messages: StoredMessage[] = [];

  /** False when they are none, do not follow what is here, or are too many: they have to be read. */
  add(messages: readonly StoredMessage[]): boolean {
    const [first] = messages;
    const last = this.messages.at(-1);
    const follows = first && (!last || Number(first.offset) === Number(last.offset) + 1);
    if (!follows || this.messages.length + messages.length > MOST) return false;
    this.messages.push(...messages);
    return true;
  }

  /** Takes all of them, and answers those from the position on. */
  takeFrom(position: number): readonly StoredMessage[] {
    const messages = this.messages;
    this.messages = [];
    return messages.filter(({ offset }) => Number(offset) >= position);
  }
}
