import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment tells the CLI. */
export interface Environment {
  readonly server: string | undefined;
  /** Token of a machine: used as it is, never renewed, never stored. */
  readonly token: string | undefined;
  readonly organization: string | undefined;
  readonly project: string | undefined;
  readonly environment: string | undefined;
  readonly app: string | undefined;
  /** Where sessions are kept. */
  readonly configFolder: string;
  readonly colors: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** An empty variable is one that is not set. */
export function readEnvironment(variables: Variables): Environment {
  const of = (name: string): string | undefined => variables[name] || undefined;
  const home = of('XDG_CONFIG_HOME') ?? join(of('HOME') ?? homedir(), '.config');
  return {
    server: of('BERTH_SERVER'),
    token: of('BERTH_TOKEN'),
    organization: of('BERTH_ORG'),
    project: of('BERTH_PROJECT'),
    environment: of('BERTH_ENV'),
    app: of('BERTH_APP'),
    configFolder: of('BERTH_CONFIG_DIR') ?? join(home, 'berth'),
    // https://no-color.org
    colors: variables['NO_COLOR'] === undefined && of('TERM') !== 'dumb',
  };
}
