// The objects of a workload once more, as anybody's: other names, another namespace with the same walls and limits (without
// its account and its quota no pod would come to be there), nothing that the platform looks at.
import { Agent, request } from 'node:https';
import { kindOf, pathOf } from '@berth/kubernetes';

export const NAMESPACE = 'by-hand';

/** Like what was stated of the workload `{ workloadId, name, namespace }`. */
export const copyOf = (patches, { workloadId, name, namespace }, number) =>
  asAnybodys(
    JSON.stringify(patches).replaceAll(workloadId, `copy-${number}`).replaceAll(name, `copy-${number}`),
    namespace,
  );

/** Like what was stated of its namespace. */
export const copyOfSpace = (patches, { namespace }) => asAnybodys(JSON.stringify(patches), namespace);

function asAnybodys(stated, namespace) {
  const text = stated
    .replaceAll(`"${namespace}"`, `"${NAMESPACE}"`)
    .replaceAll('berth.dev/', 'by-hand.example/')
    .replaceAll('"app.kubernetes.io/managed-by":"berth"', '"app.kubernetes.io/managed-by":"hand"');
  // Owned by an object that is not there, they would be collected.
  return JSON.parse(text, (key, value) => (key === 'ownerReferences' ? undefined : value));
}

/** Sends the same patches over connections that stay: the least that a program can do. */
export class Patching {
  agent;
  constructor({ server, authority: ca, identity: { certificate: cert, key } }) {
    this.server = server;
    this.agent = new Agent({ keepAlive: true, ca, cert, key });
  }

  async apply(objects) {
    for (const object of objects) await this.send(object);
  }

  async send(object) {
    const { namespace, name } = object.metadata;
    const path = pathOf(kindOf(object), namespace, name);
    const url = `${this.server}${path}?fieldManager=by-hand&force=true&fieldValidation=Strict`;
    const body = JSON.stringify(object);
    const headers = { 'content-type': 'application/apply-patch+yaml', 'content-length': Buffer.byteLength(body) };
    const answer = await new Promise((resolve, reject) => {
      request(url, { agent: this.agent, method: 'PATCH', headers }, resolve).once('error', reject).end(body);
    });
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    if (answer.statusCode >= 300) throw new Error(`PATCH ${path}: ${answer.statusCode} ${text}`);
  }

  close() {
    this.agent.destroy();
  }
}
