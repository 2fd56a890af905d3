interface Handed<Item> {
  readonly items: readonly Item[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends one batch at a time, in the order of handing over; what is handed over meanwhile goes together in the next one.
 * When a batch fails, so does what waits behind it: nothing may overtake what its owner is going to send again.
 */
export class Batches<Item> {
  private waiting: Handed<Item>[] = [];
  private sending = false;

  constructor(private readonly send: (items: readonly Item[]) => Promise<unknown>) {}

  /** Resolves when the items were sent. @throws what sending them, or something before them, threw */
  hand(items: readonly Item[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      if (!this.sending) void this.sendAll();
    });
  }

  private async sendAll(): Promise<void> {
    this.sending = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      try {
        await this.send(batch.flatMap((each) => each.items));
        for (const each of batch) each.resolve();
      } catch (error) {
        for (const each of [...batch, ...this.waiting.splice(0)]) each.reject(error);
      }
    }
    this.sending = false;
  }
}
