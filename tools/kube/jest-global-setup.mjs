import postgres from '../jest/global-setup.mjs';
import { startKube } from './kube.mjs';

/** Postgres as for every test run, and one control plane: TEST_KUBECONFIG. A cluster named by KUBECONFIG is used instead. */
export default async function globalSetup() {
  await postgres();
  if (process.env.KUBECONFIG) return void (process.env.TEST_KUBECONFIG = process.env.KUBECONFIG);
  globalThis.berthTestKube = await startKube();
  process.env.TEST_KUBECONFIG = globalThis.berthTestKube.kubeconfig;
}
