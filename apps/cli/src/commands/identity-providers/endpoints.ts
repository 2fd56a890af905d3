import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import { usageError } from '../../errors.js';
import { parseAssignments } from '../../parsing/assignments.js';

type Endpoints = Schemas['CreateIdentityProvider']['endpoints'];

export interface EndpointOptions {
  readonly issuer?: string;
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly userUrl?: string;
  readonly subjectField: string;
  readonly plugin?: string;
  readonly setting?: string[];
}

export const endpointOptions = (command: Command): Command =>
  command
    .option('--issuer <url>', 'of OpenID Connect: where its discovery document is')
    .option('--authorization-url <url>', 'of OAuth 2.0 without OpenID Connect, as GitHub has it')
    .option('--token-url <url>', 'of the same')
    .option('--user-url <url>', 'of the same: what it answers is the person')
    .option('--subject-field <name>', 'of that answer: what never changes for a person', 'id')
    .option('--plugin <name>', 'of another kind: a plug-in of the platform')
    .option('--setting <name=value...>', 'of the same, as the plug-in asks for');

/** @throws CliError 2 unless it is one kind, and whole */
export function endpointsOf(given: EndpointOptions): Endpoints {
  const { issuer, authorizationUrl, tokenUrl, userUrl, subjectField, plugin, setting } = given;
  const hasUrl = [authorizationUrl, tokenUrl, userUrl].some((url) => url !== undefined);
  const isPlugIn = plugin !== undefined || setting !== undefined;
  if ([issuer !== undefined, hasUrl, isPlugIn].filter(Boolean).length === 1) {
    if (issuer !== undefined) return { kind: 'oidc', issuer };
    if (plugin !== undefined) return { kind: 'plugin', plugin, settings: parseAssignments(setting ?? []) };
    if (authorizationUrl && tokenUrl && userUrl)
      return { kind: 'oauth2', authorizationUrl, tokenUrl, userUrl, subjectField };
  }
  throw usageError(
    'Where is it?',
    'Say --issuer for OpenID Connect, or --authorization-url, --token-url and --user-url for OAuth 2.0, or --plugin.',
  );
}
