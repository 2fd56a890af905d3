import { Agent, request as send } from 'node:http';
import { check } from '../support/check.mjs';
import { timesOf } from '../support/load.mjs';

export const HOST = 'bench.localhost';
export const PAYLOAD = JSON.stringify({ text: 'x'.repeat(1_000) });
const CONCURRENCY = 8;

/** So many requests through the proxy at `port`, one in four of them a POST, each answer checked; milliseconds of each. */
export async function requestsThrough(port, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  try {
    return await timesOf(count, CONCURRENCY, (number) => visit(agent, port, `/item/${number}`, number % 4 === 0));
  } finally {
    agent.destroy();
  }
}

async function visit(agent, port, path, posts) {
  const method = posts ? 'POST' : 'GET';
  const headers = { host: HOST, ...(posts ? { 'content-length': PAYLOAD.length } : {}) };
  const answer = await new Promise((resolve, reject) => {
    send({ host: '127.0.0.1', port, path, method, headers, agent }, resolve)
      .once('error', reject)
      .end(posts ? PAYLOAD : undefined);
  });
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) body += chunk;
  const right = answer.statusCode === 200 && answer.headers['x-path'] === path && body === PAYLOAD;
  check(right, `wrong answer for ${path}: ${answer.statusCode} ${body.slice(0, 100)}`);
}
