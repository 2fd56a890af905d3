import { KubeConfig } from '@kubernetes/client-node';

/** How to reach one cluster's API and who we are there. */
export interface ClusterAccess {
  /** `https://host:port`, perhaps with a path, without a slash at the end. */
  readonly server: string;
  /** Certificate authority in PEM; absent: the machine's own. */
  readonly authority?: string;
  /** Name in the server's certificate when it is not the host's. */
  readonly serverName?: string;
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** Asked before each request, and once more with the token that the server refused. */
  readonly token?: (refused?: string) => string | Promise<string>;
}

/** What is wrong with a kubeconfig, as a code and a sentence that says what to do. */
export class KubeconfigInvalid extends Error {
  constructor(
    readonly code:
      'unreadable' | 'no_context' | 'not_https' | 'unverified' | 'runs_commands' | 'names_files' | 'no_identity',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'KubeconfigInvalid';
  }
}

/**
 * Reads a kubeconfig that somebody hands to the platform.
 *
 * What would run commands or read files of this machine is refused: the text comes from outside. So is a server whose
 * certificate is not verified.
 * @throws KubeconfigInvalid
 */
export function readKubeconfig(text: string): ClusterAccess {
  const config = parse(text);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!cluster || !user) throw new KubeconfigInvalid('no_context', 'The current context names no cluster and user.');
  if (!/^https:\/\//.test(cluster.server ?? ''))
    throw new KubeconfigInvalid('not_https', 'The server of the cluster must be an https address.');
  if (cluster.skipTLSVerify)
    throw new KubeconfigInvalid('unverified', 'Give certificate-authority-data instead of insecure-skip-tls-verify.');
  if (user.exec || user.authProvider)
    throw new KubeconfigInvalid(
      'runs_commands',
      'A user by exec or auth-provider is refused: give a token or a certificate.',
    );
  if (cluster.caFile || user.certFile || user.keyFile || tokenFileOf(text))
    throw new KubeconfigInvalid('names_files', 'Give certificates and tokens as data: files cannot be read here.');
  const identity =
    user.certData && user.keyData ? { certificate: decode(user.certData), key: decode(user.keyData) } : undefined;
  const { token } = user;
  if (!identity && !token)
    throw new KubeconfigInvalid('no_identity', 'The user has neither a token nor a certificate.');
  if (token && !isSendable(token))
    throw new KubeconfigInvalid('unreadable', 'The token holds characters that no token has.');
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ...(cluster.caData && { authority: decode(cluster.caData) }),
    ...(cluster.tlsServerName && { serverName: cluster.tlsServerName }),
    ...(identity && { identity }),
    ...(token && { token: () => token }),
  };
}

function parse(text: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    throw new KubeconfigInvalid('unreadable', 'This is not a kubeconfig.', { cause: error });
  }
  return config;
}

// The library drops this field, so it is looked for in the text.
const tokenFileOf = (text: string): boolean => /["']?tokenFile["']?\s*:/.test(text);

/** As the value of a header: what else is in a token, the HTTP client refuses with an error of its own. */
const isSendable = (token: string): boolean => /^[!-~]+$/.test(token);

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
