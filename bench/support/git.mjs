import { timed } from './platform.mjs';

const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgsign=false'];

/** Makes a commit of everything in the folder; the first one makes the repository. */
export async function commit(folder, message) {
  const git = (...args) => timed('git', [...identity, ...args], { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', `--message=${message}`);
}
