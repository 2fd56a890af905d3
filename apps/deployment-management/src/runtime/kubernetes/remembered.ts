/**
 * What was computed of that which was asked about last. Of all others it is computed anew: what rests is asked about once an
 * hour, and is not worth the memory.
 */
export class Remembered<Key, Value> {
  private readonly entries = new Map<Key, { readonly given: string; readonly value: Value }>();

  constructor(private readonly most: number) {}

  /** `given`: on what else it depends. */
  of(key: Key, given: string, compute: () => Value): Value {
    const former = this.entries.get(key);
    const entry = former?.given === given ? former : { given, value: compute() };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.most) this.forgetOldest();
    return entry.value;
  }

  private forgetOldest(): void {
    for (const key of this.entries.keys()) return void this.entries.delete(key);
  }
}
