import { Agent, request } from 'node:http';

export interface AppAnswer {
  readonly status: number;
  readonly body: string;
  readonly instance: string;
}

/** Asks for a path of an app through the gateway. `*.localhost` need not resolve: the host goes into the header. */
export function ask(appUrl: string, path = '/', agent?: Agent, headers: object = {}): Promise<AppAnswer> {
  const { host, port } = new URL(appUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, headers: { ...headers, host }, agent: agent ?? false },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.once('error', reject);
        response.once('end', () => {
          const instance = String(response.headers['x-instance'] ?? '');
          resolve({ status: response.statusCode ?? 0, body, instance });
        });
      },
    );
    outgoing.once('error', reject).end();
  });
}

export interface Load {
  /** Stops sending, waits for what is under way, and tells what did not come back with 200. */
  stop(): Promise<{ sent: number; failures: string[] }>;
}

/** A steady load that does not wait for answers, as users do not. */
export function steadyLoad(appUrl: string, perSecond: number): Load {
  if (!URL.canParse(appUrl)) throw new TypeError(`not the address of an app: ${appUrl}`);
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const pending = new Set<Promise<void>>();
  let sent = 0;
  const send = () => {
    sent++;
    const one: Promise<void> = ask(appUrl, '/', agent)
      .then((answer) => void (answer.status === 200 || failures.push(`${answer.status} ${answer.body.slice(0, 100)}`)))
      .catch((error: unknown) => void failures.push(String(error)))
      .finally(() => pending.delete(one));
    pending.add(one);
  };
  const timer = setInterval(send, 1_000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      agent.destroy();
      return { sent, failures };
    },
  };
}
