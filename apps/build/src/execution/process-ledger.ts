import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@berth/service-kit';
import { z } from 'zod';
import { endTree, type Prey } from './process-reaper.js';
import { startTimeOf } from './process-table.js';

const entry = z.object({
  pid: z.int().positive(),
  startTime: z.string().nullable(),
  mark: z.string().min(1),
  user: z.int().nullable(),
});

/**
 * Remembers on disk which process trees run, so that a platform that was killed finds what it left behind.
 * One folder belongs to one platform process.
 */
export class ProcessLedger {
  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  /** Answers what to call when the tree has ended. */
  async record({ pid, mark, user }: Pick<Prey, 'pid' | 'mark' | 'user'>): Promise<() => Promise<void>> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, `${pid}.json`);
    await writeFile(file, JSON.stringify({ pid, mark, user, startTime: startTimeOf(pid) }), { mode: 0o600 });
    return () => rm(file, { force: true });
  }

  /** Ends everything that is written down. To be called before anything is started. */
  async endLeftovers(): Promise<number> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) await this.endLeftover(join(this.folder, name));
    return names.length;
  }

  private async endLeftover(file: string): Promise<void> {
    const parsed = entry.safeParse(readJson(await readFile(file, 'utf8')));
    if (parsed.success) await endTree(identified(parsed.data), this.clock);
    await rm(file, { force: true });
  }
}

/** A pid may have been given to somebody else since: then only the mark and the user id still say who is ours. */
function identified(written: z.infer<typeof entry>): Prey {
  const same = startTimeOf(written.pid) === written.startTime;
  const since = Number(written.startTime ?? 0);
  return { pid: same ? written.pid : 0x7fff_ffff, since, mark: written.mark, user: written.user };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
