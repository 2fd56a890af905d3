import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** A password to hash at a cost, or to compare with a hash. */
export interface HashJob {
  readonly password: string;
  readonly against: number | string;
}

export interface HashAnswer {
  readonly result?: string | boolean;
  readonly error?: string;
}

/** Beside this file, whether that was built or not. */
const program = new URL(`./hash-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * Threads that run bcrypt at a low priority, so that requests get a core as soon as they want one. Each is started when it is
 * first needed; whoever calls keeps to as many jobs at once as there are cores for.
 */
@Injectable()
export class HashThreads implements OnApplicationShutdown {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  /** @throws Error as bcrypt does, or when the thread ended */
  async run(job: HashJob): Promise<string | boolean> {
    const worker = this.idle.pop() ?? this.start();
    const answer = await this.answerOf(worker, job);
    this.idle.push(worker);
    if (answer.result === undefined) throw new Error(answer.error ?? 'the thread answered nothing');
    return answer.result;
  }

  /** Requests have been answered by now; what still waits for a thread fails. */
  async onApplicationShutdown(): Promise<void> {
    this.idle.length = 0;
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }

  private start(): Worker {
    const worker = new Worker(program);
    this.all.add(worker);
    worker.once('exit', () => {
      this.all.delete(worker);
      const place = this.idle.indexOf(worker);
      if (place >= 0) this.idle.splice(place, 1);
    });
    return worker;
  }

  /** A thread that ended is forgotten: the next job starts another one. */
  private async answerOf(worker: Worker, job: HashJob): Promise<HashAnswer> {
    const settled = new AbortController();
    const { signal } = settled;
    const ended = once(worker, 'exit', { signal }).then((): never => {
      throw new Error('the thread that hashes has ended');
    });
    worker.postMessage(job);
    try {
      const [answer] = (await Promise.race([once(worker, 'message', { signal }), ended])) as [HashAnswer];
      return answer;
    } finally {
      settled.abort();
    }
  }
}
