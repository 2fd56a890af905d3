import type { Clock } from '@berth/service-kit';
import { BuildFailure } from '../builds/build-failure.js';
import type { Tool } from '../detection/build-plan.js';

interface Toolchain {
  /** Answers a version on stdout and exit code 0 when the tool is there and works. */
  readonly probe: readonly string[];
  readonly hint: string;
}

const toolchains: Readonly<Record<Tool, Toolchain>> = {
  node: { probe: ['node', '--version'], hint: 'Install Node.js: https://nodejs.org/en/download' },
  npm: { probe: ['npm', '--version'], hint: 'Install Node.js with npm: https://nodejs.org/en/download' },
  pnpm: { probe: ['pnpm', '--version'], hint: 'Install pnpm: npm install --global pnpm' },
  yarn: { probe: ['yarn', '--version'], hint: 'Install Yarn: npm install --global yarn' },
  python3: {
    probe: ['python3', '-c', 'import sys, pip; print(sys.version.split()[0], pip.__version__)'],
    hint: 'Install Python 3 with pip: apt-get install python3 python3-pip',
  },
  go: { probe: ['go', 'version'], hint: 'Install Go: https://go.dev/doc/install' },
};

const rememberMilliseconds = 600_000;
const probeMilliseconds = 20_000;

/** Which tools the host has for a given user. A version is remembered for ten minutes: asking npm costs 300 ms. */
export class Toolchains {
  private readonly known = new Map<string, { readonly version: string; readonly at: number }>();

  constructor(
    private readonly toolPath: string,
    private readonly clock: Clock,
  ) {}

  /** @throws BuildFailure toolchain_missing, naming how to install the first that is missing */
  async versions(tools: readonly Tool[], user: number | null): Promise<Record<string, string>> {
    const found = await Promise.all(tools.map(async (tool) => [tool, await this.version(tool, user)] as const));
    const missing = found.find(([, version]) => version === null);
    if (missing) throw toolchainMissing(missing[0]);
    return Object.fromEntries(found) as Record<string, string>;
  }

  private async version(tool: Tool, user: number | null): Promise<string | null> {
    const remembered = this.known.get(tool);
    if (remembered && this.clock.monotonic() - remembered.at < rememberMilliseconds) return remembered.version;
    const [file = tool, ...rest] = toolchains[tool].probe;
    const { execa } = await import('execa');
    const answer = await execa(file, rest, {
      cwd: '/',
      env: { PATH: this.toolPath, HOME: '/nonexistent', LC_ALL: 'C.UTF-8', GOTOOLCHAIN: 'local' },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: probeMilliseconds,
      ...(user === null ? {} : { uid: user, gid: user }),
    });
    if (answer.exitCode !== 0) return null;
    const version = answer.stdout.trim().slice(0, 100);
    this.known.set(tool, { version, at: this.clock.monotonic() });
    return version;
  }
}

const toolchainMissing = (tool: Tool): BuildFailure =>
  new BuildFailure(
    'toolchain_missing',
    `The build host has no working ${tool}.`,
    `${toolchains[tool].hint} (on the machine that builds), then deploy again.`,
  );
