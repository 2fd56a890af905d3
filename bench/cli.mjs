import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { check } from './support/check.mjs';
import { listening } from './support/child.mjs';
import { inPairs } from './support/pairs.mjs';
import { timed, withFolder, withPlatform, workspace } from './support/platform.mjs';
import { atMost, overheadRow } from './support/rows.mjs';

export const name = 'the start of a `berth` command, against the start of node';

const BERTH = join(workspace, 'apps/cli/bin/berth.js');
const EMPTY = join(import.meta.dirname, 'cli/empty.mjs');

export const run = (options) =>
  withFolder((folder) =>
    withPlatform(join(folder, 'data'), [], ({ url, administrator }) =>
      withStopwatch(url, async (stopwatch) => {
        const env = { PATH: process.env.PATH, BERTH_CONFIG_DIR: join(folder, 'cli'), BERTH_SERVER: stopwatch.url };
        const berth = (...args) => timed(process.execPath, [BERTH, ...args], { cwd: folder, env });
        await logIn(administrator, { cwd: folder, env });
        const bare = async () => (await timed(process.execPath, [EMPTY])).milliseconds;
        const version = async () => {
          const { milliseconds, out } = await berth('--version');
          check(/^\d+\.\d+\.\d+\n$/.test(out), `berth --version printed ${out}`);
          return milliseconds;
        };
        const ps = async () => {
          stopwatch.reset();
          const { milliseconds, out } = await berth('ps', '--json');
          check(JSON.parse(out)[0].processType === 'web', `berth ps printed ${out}`);
          return milliseconds - stopwatch.milliseconds();
        };
        const row = { id: 'M12', unit: 'ms', goal: atMost(150) };
        await inPairs({ rounds: 1 }, { ours: ps, base: version });
        const [versions, lists] = [
          await inPairs(options, { ours: version, base: bare }),
          await inPairs(options, { ours: ps, base: bare }),
        ];
        return [
          overheadRow({ ...row, what: 'berth --version beyond bare node', pairs: versions }),
          overheadRow({ ...row, what: "berth ps beyond bare node, without the server's time", pairs: lists }),
        ];
      }),
    ),
  );

function logIn({ email, password }, options) {
  const child = spawn(process.execPath, [BERTH, 'login', '--email', email, '--password-stdin'], options);
  child.stdin.end(password);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`berth login ended with ${code}`))));
  });
}

/** A proxy in front of the platform that knows for how long at least one request was under way. */
async function withStopwatch(target, work) {
  let [busy, under, since] = [0, 0, 0];
  const server = createServer((incoming, answer) => {
    if (under++ === 0) since = performance.now();
    answer.once('close', () => {
      if (--under === 0) busy += performance.now() - since;
    });
    const { method, headers } = incoming;
    const outgoing = request(`${target}${incoming.url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    outgoing.once('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  const url = `http://127.0.0.1:${await listening(server)}`;
  try {
    return await work({ url, reset: () => (busy = 0), milliseconds: () => busy });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
