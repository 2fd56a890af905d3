import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { workspace } from './berth-process.js';

const run = promisify(execFile);

/** A real Git repository in a temporary folder. */
export class Repository {
  private constructor(readonly folder: string) {}

  static async make(files: Readonly<Record<string, string>>): Promise<Repository> {
    const repository = new Repository(await mkdtemp(join(tmpdir(), 'berth-repo-')));
    await repository.git('init', '--quiet', '--initial-branch=main');
    await repository.commit(files);
    return repository;
  }

  /** A copy of a folder of `examples/`. */
  static async ofExample(name: string): Promise<Repository> {
    const repository = new Repository(await mkdtemp(join(tmpdir(), 'berth-repo-')));
    await cp(join(workspace, 'examples', name), repository.folder, { recursive: true });
    await repository.git('init', '--quiet', '--initial-branch=main');
    await repository.commit({});
    return repository;
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  /** Writes files and commits all that changed. Answers the commit. */
  async commit(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), text);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message=Change');
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  private async git(...args: string[]): Promise<string> {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    return (await run('git', [...identity, ...args], { cwd: this.folder })).stdout;
  }
}

/** A web process that answers what it is, and behaves as `behaviour` says. */
export const webApp = (answer: string, behaviour = ''): Record<string, string> => ({
  'package.json': JSON.stringify({
    name: 'app',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
  }),
  Procfile: 'web: node server.js\nworker: node worker.js\n',
  'worker.js': "setInterval(() => console.log('working'), 500);\n",
  'server.js': `const http = require('node:http');
${behaviour}
const server = http.createServer((request, response) => {
  if (request.url === '/env') return response.end(JSON.stringify(process.env));
  response.setHeader('x-instance', process.env.BERTH_INSTANCE ?? '');
  response.end(${JSON.stringify(answer)});
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`,
});
