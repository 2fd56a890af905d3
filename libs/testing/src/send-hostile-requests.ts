import { type HostileRequest, hostileRequests, type OpenApi } from './hostile-requests.js';

export interface HostileRun {
  readonly sent: number;
  /** Requests that were answered with anything but a problem document of 4xx. */
  readonly wrong: string[];
}

/** Sends every hostile request that the OpenAPI document of a running service gives, with a good token. */
export async function sendHostileRequests(url: string, token: string): Promise<HostileRun> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
  const requests = hostileRequests(document);
  const wrong: string[] = [];
  for (const request of requests) {
    const answer = await send(url, token, request);
    const isRefused = answer.status >= 400 && answer.status < 500;
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const text = (await answer.text()).slice(0, 500);
    if (!isRefused || !isProblem)
      wrong.push(`${request.method} ${request.path.slice(0, 100)} ${request.what}: ${answer.status} ${text}`);
  }
  return { sent: requests.length, wrong };
}

const send = (url: string, token: string, request: HostileRequest): Promise<Response> => {
  const { method, path, body, contentType = 'application/json' } = request;
  const headers = { authorization: `Bearer ${token}`, 'if-match': '*' };
  if (body === undefined) return fetch(`${url}${path}`, { method, headers });
  return fetch(`${url}${path}`, { method, body, headers: { ...headers, 'content-type': contentType } });
};
