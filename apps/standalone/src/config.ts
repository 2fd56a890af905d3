import { network } from '@berth/contracts/runtime';
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { StartFailure } from './failure.js';

export interface StandaloneConfig {
  /** Everything the platform keeps. */
  readonly folder: string;
  readonly port: number;
  /** Deploy `examples/hello-node` at the first start. */
  readonly example: boolean;
  /** Root of the workspace: `k8s/kong/kong.yml` and `examples/` lie in it. */
  readonly workspace: string;
  /** Where builds and apps find the host's toolchains. */
  readonly toolPath: string;
  readonly logLevel: string;
  readonly signUp: 'open' | 'closed';
  /** Networks of proxies in front of it whose word on where a visitor comes from counts. */
  readonly trustedProxies: readonly string[];
  /** Services handle again all events that the bus still keeps, before anything new. */
  readonly replay: boolean;
}

/** Where the `berth` command looks when it is not told where. */
export const DEFAULT_PORT = 8080;

const usage =
  'Usage: npm run up -- [--data DIR] [--port N] [--no-example] [--open-sign-up] [--trusted-proxy NETWORK] [--replay]';

/** Parses the command line and the environment once. @throws StartFailure */
export function parseConfig(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  workspace: string,
): StandaloneConfig {
  const { values } = parse(args);
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartFailure(`--port must be a number from 0 to 65535, not "${values.port}".`);
  }
  if (values.data === '') throw new StartFailure('--data must name a folder.');
  return {
    folder: resolve(environment['INIT_CWD'] ?? '.', values.data ?? `${workspace}/.berth`),
    port,
    example: values.example ?? true,
    workspace,
    toolPath: environment['BERTH_TOOL_PATH'] ?? environment['PATH'] ?? '',
    logLevel: environment['BERTH_LOG_LEVEL'] ?? 'warn',
    signUp: values['open-sign-up'] ? 'open' : 'closed',
    trustedProxies: (values['trusted-proxy'] ?? []).map(requireNetwork),
    replay: values.replay ?? false,
  };
}

function requireNetwork(text: string): string {
  if (network.safeParse(text).success) return text;
  throw new StartFailure(`--trusted-proxy must be a network such as 127.0.0.1/32, not "${text}".`);
}

function parse(args: readonly string[]) {
  const options = {
    data: { type: 'string' },
    port: { type: 'string' },
    example: { type: 'boolean' },
    'open-sign-up': { type: 'boolean' },
    'trusted-proxy': { type: 'string', multiple: true },
    replay: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowNegative: true, strict: true });
  } catch (error) {
    throw new StartFailure(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}
