import { linkVariables } from '@berth/contracts/common';
import type { DesiredLink, DesiredWorkload } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { processSelector } from './labels.js';
import { linkPolicyName } from './names.js';
import { WEB_PORT } from './pod.manifest.js';

type Labels = Readonly<Record<string, string>>;
type Linking = Pick<DesiredWorkload, 'links' | 'environment'>;

/** Who may go out, and how its objects are called and labelled. */
export interface LinkSource {
  readonly selector: Labels;
  readonly metadata: (name: string) => KubeObject['metadata'];
  /** Unique in the namespace. */
  readonly name: string;
}

/**
 * A door in both walls for each linked pair: the one may go out to `web` of the other and its port, and there it is let in.
 * Both are the linking workload's own, so that both go with it.
 */
export const linkPolicies = ({ links = [] }: Pick<Linking, 'links'>, source: LinkSource): KubeObject[] =>
  links.flatMap((link) => [egressTo(link, source), ingressFrom(source, link)]);

const ports = [{ protocol: 'TCP', port: WEB_PORT }];

function egressTo(link: DesiredLink, source: LinkSource): KubeObject {
  const to = [{ podSelector: { matchLabels: processSelector(link, 'web') } }];
  const spec = { podSelector: { matchLabels: source.selector }, policyTypes: ['Egress'], egress: [{ to, ports }] };
  return policy(source.metadata(linkPolicyName(source.name, link.name, 'to')), spec);
}

function ingressFrom(source: LinkSource, link: DesiredLink): KubeObject {
  const from = [{ podSelector: { matchLabels: source.selector } }];
  const podSelector = { matchLabels: processSelector(link, 'web') };
  const spec = { podSelector, policyTypes: ['Ingress'], ingress: [{ from, ports }] };
  return policy(source.metadata(linkPolicyName(source.name, link.name, 'into')), spec);
}

const policy = (metadata: KubeObject['metadata'], spec: object): KubeObject =>
  ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }) as KubeObject;

/** The Service of the other one has its name, and the pods' resolver looks in their own namespace first. */
export const environmentWithLinks = ({ links = [], environment }: Linking): Readonly<Record<string, string>> => ({
  ...Object.assign({}, ...links.filter(isNew).map(({ name }) => linkVariables(name, { host: name, port: 80 }))),
  ...environment,
});

const isNew = ({ isFormer }: DesiredLink): boolean => !isFormer;
