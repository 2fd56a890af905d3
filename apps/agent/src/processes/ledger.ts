import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bootId } from './proc.js';

const entry = z.strictObject({
  instanceId: z.string().regex(/^[a-z0-9-]+$/),
  /** Null between the decision to start and the knowledge of the pid: the marker finds the process then. */
  pid: z.int().positive().nullable(),
  startTime: z.int().nonnegative(),
  bootId: z.string(),
});
export type LedgerEntry = z.infer<typeof entry>;

/** One small file per running child, so that a later agent ends what a killed one left. Holds no secret. */
export class Ledger {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Written before the start and again with the pid. Synchronous: the file must be there before the process is. */
  record(instanceId: string, pid: number | null, startTime: number): void {
    const text = JSON.stringify({ instanceId, pid, startTime, bootId: bootId() } satisfies LedgerEntry);
    const path = this.pathOf(instanceId);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  forget(instanceId: string): void {
    rmSync(this.pathOf(instanceId), { force: true });
  }

  /** What was recorded since the machine was booted. A file cut short by a crash is dropped. */
  entries(): LedgerEntry[] {
    const files = readdirSync(this.folder).filter((name) => name.endsWith('.json'));
    return files.flatMap((name) => this.read(name)).filter((read) => read.bootId === bootId());
  }

  clear(): void {
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name), { force: true });
  }

  private read(name: string): LedgerEntry[] {
    try {
      return [entry.parse(JSON.parse(readFileSync(join(this.folder, name), 'utf8')))];
    } catch {
      return [];
    }
  }

  private pathOf(instanceId: string): string {
    return join(this.folder, `${instanceId}.json`);
  }
}
