import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcrypt';
import type { HashAnswer, HashJob } from './hash-threads.js';

/** Whatever wakes meanwhile comes first, and on a busy machine a third of its part of a core is still left to a login. */
const NICER = 5;
const NICEST = 19;

// Linux knows priorities of threads; elsewhere this would slow down the whole process.
if (process.platform === 'linux') setPriority(Math.min(getPriority() + NICER, NICEST));

const done = ({ password, against }: HashJob): HashAnswer => {
  try {
    return { result: typeof against === 'number' ? hashSync(password, against) : compareSync(password, against) };
  } catch (error) {
    return { error: String(error) };
  }
};

parentPort?.on('message', (job: HashJob) => parentPort?.postMessage(done(job)));
