import { type KubeObject, kinds } from '@berth/kubernetes';

const makers: readonly string[] = [kinds.deployment.kind, kinds.statefulSet.kind];
const makesPods = ({ kind }: KubeObject): boolean => makers.includes(kind);

/** What pods start with, what makes pods, what looks for them: objects of one stage may be stated in any order. */
export function inStages(manifests: readonly KubeObject[]): KubeObject[][] {
  const first = manifests.findIndex(makesPods);
  if (first < 0) return [[...manifests]];
  const before = manifests.slice(0, first);
  const rest = manifests.slice(first);
  return [before, rest.filter(makesPods), rest.filter((each) => !makesPods(each))];
}
