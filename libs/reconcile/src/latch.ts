/** Remembers one wake-up, so that none is lost between looking for work and waiting for it. */
export class Latch {
  private open = false;
  private release: (() => void) | undefined;

  set(): void {
    this.open = true;
    this.release?.();
  }

  async wait(): Promise<void> {
    if (!this.open) await new Promise<void>((resolve) => (this.release = resolve));
    this.open = false;
  }
}
