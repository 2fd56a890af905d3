import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs `work` with a function that starts child processes; all of them are ended when it returns or throws. `flags`: of node. */
export async function withChildren(work, flags = []) {
  const children = [];
  try {
    return await work(async (url, ...args) => {
      const child = startChild(url, { args, flags });
      children.push(child);
      return { ready: await child.next(), ask: child.ask };
    });
  } finally {
    await Promise.all(children.map((child) => child.end()));
  }
}

/** A child answers one question at a time: see child.mjs. */
function startChild(url, { args, flags }) {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(fileURLToPath(url), args.map(String), { stdio, execArgv: [...process.execArgv, ...flags] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const next = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      void gone.then((code) => reject(new Error(`${url} ${args[0] ?? ''} ended with ${code}`)));
    });
  const ask = (service, argument) => {
    const answer = next();
    child.send({ service, argument });
    return answer;
  };
  const end = () => {
    child.kill();
    return gone;
  };
  return { next, ask, end };
}
