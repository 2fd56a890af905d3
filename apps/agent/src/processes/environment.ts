import { FILES_VARIABLE } from '@berth/contracts/common';
import { join } from 'node:path';
import type { LaunchFile } from '../slugs/launch-file.js';
import { MARKER } from './census.js';

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SLUG_FOLDERS = ['node_modules/.bin', '.venv/bin'];

export interface EnvironmentInput {
  readonly instanceId: string;
  readonly processType: string;
  readonly release: number;
  /** Config and secrets of the release. */
  readonly config: Readonly<Record<string, string>>;
  readonly launch: LaunchFile;
  readonly slugFolder: string;
  readonly home: string;
  readonly temporary: string;
  /** Folders of the host's toolchains, `:` between them. */
  readonly toolPath: string;
  /** Where what of its config is a file lies; null: there is none. */
  readonly files: string | null;
  /** Where each of its volumes is, by variable. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Null for all but `web`. */
  readonly port: number | null;
}

/** All that a process sees. Nothing is inherited: the platform's own environment holds its secrets. */
export function environmentFor(input: EnvironmentInput): Record<string, string> {
  const web: Record<string, string> = input.port === null ? {} : { PORT: String(input.port) };
  return {
    LANG: 'C.UTF-8',
    HOST: '127.0.0.1',
    ...input.launch.env,
    ...input.config,
    ...web,
    ...(input.files !== null && { [FILES_VARIABLE]: input.files }),
    ...input.volumes,
    HOME: input.home,
    TMPDIR: input.temporary,
    PATH: pathFor(input),
    [MARKER]: input.instanceId,
    BERTH_RELEASE: String(input.release),
    BERTH_PROCESS: input.processType,
  };
}

function pathFor(input: EnvironmentInput): string {
  const own = [...input.launch.path, ...SLUG_FOLDERS].map((folder) => join(input.slugFolder, folder));
  return [...new Set([...own, ...input.toolPath.split(':').filter(Boolean), ...SYSTEM_PATH.split(':')])].join(':');
}
