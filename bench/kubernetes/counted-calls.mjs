// Who asks the API server for what, by its own count: a flow of each kind of request that the platform's account makes.
import { request } from 'node:https';

const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
const COUNT = /^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="berth-([a-z]+)",[^}]*\} (\S+)$/gm;
const ACCOUNT = {
  kind: 'ServiceAccount',
  serviceAccount: { name: 'deployment-management', namespace: 'berth-system' },
};
const METRICS = 'metrics.k8s.io';
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** The first that a request fits into is the one that it is counted in. */
const flows = [
  ['metrics', { apiGroups: [METRICS], verbs: ['*'] }],
  ['lists', { apiGroups: ['*'], verbs: ['list'] }],
  ['watches', { apiGroups: ['*'], verbs: ['watch'] }],
  ['writes', { apiGroups: ['*'], verbs: WRITES }],
  ['gets', { apiGroups: ['*'], verbs: ['*'] }],
];

/** From now on the account's requests are counted apart from those of everybody else. */
export async function countCalls(client) {
  const { signal } = new AbortController();
  for (const [index, [name, rule]] of flows.entries()) {
    const resourceRules = [{ ...rule, resources: ['*'], clusterScope: true, namespaces: ['*'] }];
    const nonResourceRules = name === 'gets' ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : [];
    const body = {
      ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: `berth-${name}` } },
      spec: {
        ...{ matchingPrecedence: 10 + index, priorityLevelConfiguration: { name: 'workload-high' } },
        distinguisherMethod: { type: 'ByUser' },
        rules: [{ subjects: [ACCOUNT], resourceRules, nonResourceRules }],
      },
    };
    const path = `${FLOWS}/berth-${name}?fieldManager=bench&force=true`;
    await client.transport.ask({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml', signal });
  }
}

/** `{ lists, watches, writes, gets, metrics }` so far. */
export async function callsOf(access) {
  const counts = Object.fromEntries(flows.map(([name]) => [name, 0]));
  for (const [, name, count] of (await metricsOf(access)).matchAll(COUNT)) counts[name] += Number(count);
  return counts;
}

/** In Prometheus' text format, which is no JSON. */
function metricsOf({ server, authority: ca, identity: { certificate: cert, key } }) {
  return new Promise((resolve, reject) => {
    const read = async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      if (response.statusCode === 200) return text;
      throw new Error(`The API server's metrics: ${response.statusCode} ${text.slice(0, 200)}`);
    };
    request(`${server}/metrics`, { ca, cert, key, agent: false }, (response) => read(response).then(resolve, reject))
      .once('error', reject)
      .end();
  });
}
