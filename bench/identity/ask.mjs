import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** A request of the API: status, headers and what the body holds. */
export async function ask(url, method, path, { token, body, headers = {} } = {}) {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(content === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
  };
  const answer = await new Promise((resolve, reject) => {
    request(`${url}${path}`, { agent, method, headers: all }, resolve).once('error', reject).end(content);
  });
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}
