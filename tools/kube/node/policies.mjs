// Enforces network policies on the one node, as a network plug-in does on others: asks the API server for policies,
// namespaces and pods, and writes one nftables table when something has changed. Pods are routed, so whatever they say to
// one another passes the host's forward hook, after kube-proxy has put a pod's address in place of a Service's.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { rulesOf } from './policy-rules.mjs';

const EVERY = 1_000;
const config = JSON.parse(await readFile(process.env.KUBECONFIG, 'utf8'));
const from64 = (text) => Buffer.from(text, 'base64');
const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
const { 'client-certificate-data': cert, 'client-key-data': key } = config.users[0].user;
const credentials = { ca: from64(ca), cert: from64(cert), key: from64(key) };

async function list(path) {
  const response = await new Promise((resolve, reject) => {
    request(`${server}${path}`, { ...credentials, agent: false }, resolve)
      .once('error', reject)
      .end();
  });
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
  return JSON.parse(Buffer.concat(chunks).toString()).items;
}

function write(rules) {
  return new Promise((resolve, reject) => {
    const child = execFile('nft', ['-f', '-'], (error) => (error ? reject(error) : resolve()));
    child.stdin.end(rules);
  });
}

/** Answers the rules that hold now. */
async function enforce(written) {
  const [policies, namespaces, pods] = await Promise.all(
    ['/apis/networking.k8s.io/v1/networkpolicies', '/api/v1/namespaces', '/api/v1/pods'].map(list),
  );
  const rules = rulesOf({ policies, namespaces, pods });
  if (rules !== written) await write(rules);
  return rules;
}

let written;
for (;;) {
  try {
    written = await enforce(written);
  } catch (error) {
    console.error(error);
  }
  await new Promise((resolve) => setTimeout(resolve, EVERY));
}
