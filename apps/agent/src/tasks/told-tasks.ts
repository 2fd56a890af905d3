import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Which tasks this agent was ever told of, one empty file each: a command is started once, whatever becomes of the agent. */
export class ToldTasks {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  has(taskId: string): boolean {
    return existsSync(this.pathOf(taskId));
  }

  /** On the disk when it returns: what is started after it is known to have been started. */
  add(taskId: string): void {
    const file = openSync(this.pathOf(taskId), 'w', 0o600);
    fsyncSync(file);
    closeSync(file);
  }

  remove(taskId: string): void {
    rmSync(this.pathOf(taskId), { force: true });
  }

  private pathOf(taskId: string): string {
    return join(this.folder, taskId);
  }
}
