import { type KubeObject, kinds } from '@berth/kubernetes';

const makers: readonly string[] = [kinds.deployment.kind, kinds.statefulSet.kind];
const makesPods = ({ kind }: KubeObject): boolean => makers.includes(kind);

const doors: readonly string[] = [kinds.httpRoute.kind, kinds.ingress.kind];
/** Leads visitors to a workload. */
export const isDoor = ({ kind }: KubeObject): boolean => doors.includes(kind);

/**
 * What pods start with, what makes pods, what looks for them, and what leads visitors there, past all that they are to pass:
 * objects of one stage may be stated in any order.
 */
export function inStages(manifests: readonly KubeObject[]): KubeObject[][] {
  const first = manifests.findIndex(makesPods);
  if (first < 0) return [[...manifests]];
  const before = manifests.slice(0, first);
  const rest = manifests.slice(first);
  const others = rest.filter((each) => !makesPods(each));
  return [before, rest.filter(makesPods), others.filter((each) => !isDoor(each)), others.filter(isDoor)];
}
