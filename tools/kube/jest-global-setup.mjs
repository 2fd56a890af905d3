import { postgres } from '../jest/postgres.mjs';
import { runWith } from '../jest/run.mjs';
import { startKube } from './kube.mjs';

/** One control plane: TEST_KUBECONFIG. A cluster named by KUBECONFIG is used instead. */
async function kube() {
  if (process.env.KUBECONFIG) return void (process.env.TEST_KUBECONFIG = process.env.KUBECONFIG);
  const { kubeconfig, stop } = await startKube();
  process.env.TEST_KUBECONFIG = kubeconfig;
  return stop;
}

export default runWith(postgres, kube);
