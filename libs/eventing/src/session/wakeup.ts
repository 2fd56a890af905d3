/** Wakes one waiting loop. A signal that comes while nobody waits is kept, many of them count as one. */
export class Wakeup {
  private pending = false;
  private wake: (() => void) | undefined;

  signal = (): void => {
    this.pending = true;
    this.wake?.();
  };

  /** Resolves at the next signal, at once if there was one since the last wait, or when `stopped` aborts. */
  async wait(stopped: AbortSignal): Promise<void> {
    if (!this.pending && !stopped.aborted) await this.nextSignal(stopped);
    this.pending = false;
  }

  private async nextSignal(stopped: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      stopped.addEventListener('abort', this.signal, { once: true });
    });
    stopped.removeEventListener('abort', this.signal);
    this.wake = undefined;
  }
}
