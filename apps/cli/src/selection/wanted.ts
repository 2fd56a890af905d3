import type { Environment } from '../config.js';
import type { Link } from './link-file.js';

/** Names of what a command is about; undefined where nobody said. */
export interface Wanted {
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  readonly app?: string | undefined;
}

export interface SelectionFlags {
  readonly org?: string | undefined;
  readonly project?: string | undefined;
  readonly env?: string | undefined;
  readonly app?: string | undefined;
}

/**
 * Flags win over the environment, which wins over the folder's link. A link's project and app are those of its organization:
 * once a wider choice differs from the link's, its narrower ones mean nothing.
 */
export function wantedFrom(flags: SelectionFlags, environment: Environment, link: Link | undefined): Wanted {
  const organization = flags.org ?? environment.organization ?? link?.organization;
  const inOrganization = organization === link?.organization;
  const project = flags.project ?? environment.project ?? (inOrganization ? link?.project : undefined);
  const inProject = inOrganization && project === link?.project;
  const app = flags.app ?? environment.app ?? (inProject ? link?.app : undefined);
  return { organization, project, environment: flags.env ?? environment.environment, app };
}
