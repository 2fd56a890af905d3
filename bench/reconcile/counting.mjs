/** Which keys were worked on, and how often. */
export class Counting {
  seen = new Map();

  add(key) {
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
    if (this.seen.size === this.wanted) this.finish?.();
  }

  /** From before the keys are put in until the last was worked on. */
  async during(count, putIn) {
    this.seen.clear();
    this.wanted = count;
    const finished = new Promise((resolve) => (this.finish = resolve));
    const begun = performance.now();
    await putIn();
    await finished;
    const done = [...this.seen.values()].filter((times) => times === 1).length;
    return { seconds: (performance.now() - begun) / 1_000, done };
  }
}
