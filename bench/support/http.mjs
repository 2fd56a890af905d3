import { request } from 'node:http';

/** Asks for a path of an app through the gateway. The host goes into the header: `*.localhost` need not resolve. */
export async function askApp(appUrl, path = '/') {
  const { host, port } = new URL(appUrl);
  const answer = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, resolve).once('error', reject).end();
  });
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) body += chunk;
  return { status: answer.statusCode, body };
}

/** Asks again and again until `holds` is true of the answer; how long that took in milliseconds. Refusals count as not yet. */
export async function untilTrue(holds, { within = 60_000, every = 5 } = {}) {
  const begun = performance.now();
  for (;;) {
    if (await holds()) return performance.now() - begun;
    if (performance.now() - begun > within) throw new Error(`not so after ${within} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** A client of the platform's API as somebody who logged in. @throws Error with the answer when it is refused */
export async function logIn(url, { email, password }) {
  let headers = { 'content-type': 'application/json' };
  const call = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const access = response.headers.get('berth-access');
    if (access) headers = { ...headers, 'berth-access': access };
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const { accessToken } = await call('POST', '/v1/auth/login', { email, password });
  headers = { ...headers, authorization: `Bearer ${accessToken}` };
  return call;
}
