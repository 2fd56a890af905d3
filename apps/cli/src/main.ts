import { readEnvironment } from './config.js';
import { runCli } from './run-cli.js';

const interrupted = new AbortController();
process.on('SIGINT', () => {
  // The second Ctrl-C is for whoever does not want to wait for the first.
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
});
// `berth releases list | head` closes the pipe early: that is not a failure.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  folder: process.cwd(),
  environment: readEnvironment(process.env),
  signal: interrupted.signal,
});
