#!/usr/bin/env node
// A cluster with real pods for people: `npm run kube:node` starts it and ends it at Ctrl-C.
import { KubeToolError } from './install.mjs';
import { startNode } from './node/real-node.mjs';

try {
  const node = await startNode();
  console.log(`export KUBECONFIG=${node.kubeconfig}`);
  console.log(`# Gateway: ${node.gatewayUrl} (Gateway "public" in the namespace "gateway"). Ctrl-C ends everything.`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void node.stop().then(() => process.exit(0)));
} catch (error) {
  console.error(error instanceof KubeToolError ? error.message : error);
  process.exit(1);
}
