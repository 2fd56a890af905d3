/**
 * What of several comes next, one at a time. (Promise.race would keep every result in memory for as long as another of them
 * is waited for: each line of a workload, while one of its instances says nothing.)
 */
export class FirstCome<Item> {
  private readonly come: Promise<Item>[] = [];
  private wake: () => void = () => undefined;

  expect(item: Promise<Item>): void {
    const settled = (): void => {
      this.come.push(item);
      this.wake();
    };
    item.then(settled, settled);
  }

  /** Of those that are expected the one that came first; for one caller at a time. Rejects as that does. */
  async next(): Promise<Item> {
    if (this.come.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.come.shift() as Promise<Item>;
  }
}
