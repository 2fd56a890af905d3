import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Api } from './api.js';

const PAUSE_MILLISECONDS = 150;

interface Write {
  readonly slug: string;
  readonly key: string;
}

/**
 * A client that makes one project after the other, as fast as they are acknowledged. What is not acknowledged it asks for
 * again with the same key, as one has to who got no answer.
 */
export class SteadyWrites {
  private readonly prefix = `write-${randomBytes(4).toString('hex')}-`;
  private readonly acknowledged = new Map<string, string>();
  private unanswered = 0;
  private stopping = false;
  private readonly done: Promise<void>;

  constructor(private readonly api: Api) {
    this.done = this.run();
  }

  /** Attempts that met nobody who could answer. */
  get failures(): number {
    return this.unanswered;
  }

  /** Ends, and insists that everything that was acknowledged is there, once, and nothing else. */
  async expectNothingLost(): Promise<void> {
    this.stopping = true;
    await this.done;
    const found = (await this.projects()).filter(({ slug }) => slug.startsWith(this.prefix));
    expect(new Map(found.map(({ slug, id }) => [slug, id]))).toEqual(this.acknowledged);
    expect(found).toHaveLength(this.acknowledged.size);
    expect(this.acknowledged.size).toBeGreaterThan(5);
  }

  private async run(): Promise<void> {
    for (let index = 1; !this.stopping; index++)
      await this.untilAcknowledged({ slug: `${this.prefix}${index}`, key: randomUUID() });
  }

  private async untilAcknowledged(write: Write): Promise<void> {
    for (;;) {
      try {
        const { id } = await this.send(write);
        this.acknowledged.set(write.slug, id);
        return;
      } catch (error) {
        if (isRefusal(error)) throw error;
        this.unanswered++;
      } finally {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
      }
    }
  }

  private send({ slug, key }: Write): Promise<{ id: string }> {
    const { api } = this;
    const body = { organizationId: api.organizationId, slug };
    return api.call('POST', '/v1/projects', body, { 'idempotency-key': key });
  }

  private async projects(): Promise<{ id: string; slug: string }[]> {
    const all: { id: string; slug: string }[] = [];
    for (let cursor = ''; ;) {
      const page = await this.api.call<{ items: { id: string; slug: string }[]; next: string | null }>(
        'GET',
        `/v1/projects?organization=${this.api.organizationId}&limit=100${cursor}`,
      );
      all.push(...page.items);
      if (page.next === null) return all;
      cursor = `&cursor=${page.next}`;
    }
  }
}

/** Asked again while the first attempt is still under way is no refusal either. */
const isRefusal = (error: unknown): boolean =>
  / answered 4\d\d /.test(String(error)) && !/idempotency/.test(String(error));
