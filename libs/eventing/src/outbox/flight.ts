/** With so many rows on their way, no more are read: they would only fill memory. */
const MOST_ROWS = 500;

interface Row {
  readonly seq: string;
}

/** The batches of outbox rows that are on their way to the bus, and those that arrived and are not deleted yet. */
export class Flight<R extends Row> {
  private readonly underWay = new Map<readonly R[], Promise<void>>();
  private durable: string[] = [];
  private error: unknown;
  private failures = 0;

  constructor(
    private readonly publish: (rows: readonly R[]) => Promise<void>,
    /** Called when a batch has arrived or failed. */
    private readonly onLanding: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.underWay.size === 0;
  }

  get isFull(): boolean {
    return this.sent.length >= MOST_ROWS;
  }

  /** What the first batch that failed threw; those behind it failed with it. */
  get failure(): unknown {
    return this.error;
  }

  /** Rows that are under way, or arrived and were not taken to be deleted: not to be read again. */
  get seqs(): string[] {
    return [...this.sent, ...this.durable];
  }

  start(rows: readonly R[]): void {
    if (rows.length === 0) return;
    const landing = this.publish(rows).then(
      () => this.arrived(rows),
      (error: unknown) => void (this.error ??= error),
    );
    const landed = landing.then(() => {
      this.underWay.delete(rows);
      this.onLanding();
    });
    this.underWay.set(rows, landed);
  }

  /** Resolves when one of those under way has landed. */
  async room(): Promise<void> {
    await Promise.race(this.underWay.values());
  }

  /** Resolves when all have landed. Forgets a failure, so that what failed is read again; answers how many there were in a row. */
  async land(): Promise<number> {
    await Promise.all(this.underWay.values());
    if (this.error !== undefined) this.failures++;
    this.error = undefined;
    return this.failures;
  }

  /** Rows that are durable on the bus, each told once: to be deleted. None while they are fewer than `atLeast`. */
  takeDurable(atLeast = 0): string[] {
    return this.durable.length < atLeast ? [] : this.durable.splice(0);
  }

  private get sent(): string[] {
    return [...this.underWay.keys()].flatMap((rows) => rows.map((row) => row.seq));
  }

  private arrived(rows: readonly R[]): void {
    this.failures = 0;
    this.durable.push(...rows.map((row) => row.seq));
  }
}
