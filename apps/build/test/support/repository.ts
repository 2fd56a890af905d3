import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { writeFiles } from './folders.js';

/** A real Git repository that a test writes commits into. */
export class Repository {
  private constructor(readonly folder: string) {}

  static async create(
    parent: string,
    files: Readonly<Record<string, string>> = { 'README.md': '# hi\n' },
  ): Promise<Repository> {
    const repository = new Repository(await mkdtemp(join(parent, 'repository-')));
    await repository.git('init', '--quiet', '--initial-branch=main');
    await repository.commit(files, 'first');
    return repository;
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  /** Writes files, commits everything and answers the commit id. */
  async commit(files: Readonly<Record<string, string>>, message: string): Promise<string> {
    await writeFiles(this.folder, files);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { recursive: true, force: true });
  }

  async git(...args: string[]): Promise<string> {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    const { stdout } = await execa('git', [...identity, ...args], { cwd: this.folder });
    return stdout.trim();
  }
}
