import type { ClusterCheck } from '@berth/contracts/deployment';
import { ApiError, ClusterUnreachable, isUnauthenticated } from '../api-error.js';

/** TLS refusals of Node (OpenSSL's verify results). */
const untrusted = [
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_SIGNATURE_FAILURE', 'CERT_UNTRUSTED'],
];
const expired = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

const failed = (name: ClusterCheck['name'], message: string, nextStep: string): ClusterCheck => ({
  ...{ name, outcome: 'failed', message, nextStep },
});

/** Why nothing can be asked of a cluster at all, and what to do; null when that is not what the error says. */
export function cannotAsk(error: unknown): ClusterCheck | null {
  if (isUnauthenticated(error))
    return failed(
      'accepted',
      'The cluster does not take the token or certificate: it is wrong, or has ended.',
      'Issue another one (kubectl -n berth-system create token deployment-management --duration 8760h) and give that.',
    );
  if (error instanceof ClusterUnreachable) return unreachable(error);
  if (!(error instanceof ApiError)) return null;
  const message = `It answers ${error.status}: ${error.message}`;
  return failed('reachable', message, 'See whether its API server is healthy (kubectl get --raw /readyz?verbose).');
}

function unreachable(error: ClusterUnreachable): ClusterCheck {
  const { code = '', message } = (error.cause ?? {}) as NodeJS.ErrnoException;
  const say = (what: string, nextStep: string) => failed('reachable', what, nextStep);
  if (untrusted.includes(code))
    return say(
      'Its certificate is not from the given authority.',
      "Give the cluster's own authority: certificate-authority-data of a kubeconfig that works.",
    );
  if (expired.includes(code)) return say('Its certificate has ended.', 'Renew the certificate of the API server.');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return say(
      `Its certificate is for another name: ${message}`,
      'Use the name in the certificate, or tls-server-name.',
    );
  if (code === 'ENOTFOUND') return say('Its name is not known here.', 'Check the server address and the DNS.');
  return say(error.message, 'Check the server address, and that nothing between the platform and it keeps them apart.');
}
