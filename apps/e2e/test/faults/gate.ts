import { writeFile } from 'node:fs/promises';
import { webApp } from '../support/repository.js';

/** A file that code of a repository waits for. */
export class Gate {
  /** `at`: an absolute path that does not exist yet, readable by everybody once it does. */
  constructor(readonly at: string) {}

  open(): Promise<void> {
    return writeFile(this.at, '', { mode: 0o644 });
  }

  /** Builds only when the gate is open. */
  beforeBuild(answer: string): Record<string, string> {
    const build = `while [ ! -e ${this.at} ]; do sleep 0.05; done`;
    const scripts = { start: 'node server.js', build };
    return { ...webApp(answer), 'package.json': JSON.stringify({ name: 'app', version: '1.0.0', scripts }) };
  }

  /** Binds its port only when the gate is open. */
  beforeListening(answer: string): Record<string, string> {
    return webApp(answer, this.waiting('Server.prototype', 'listen'));
  }

  /** Answers requests only when the gate is open. */
  beforeAnswering(answer: string): Record<string, string> {
    return webApp(answer, this.waiting('ServerResponse.prototype', 'end'));
  }

  private waiting(owner: string, method: string): string {
    return `
const original = http.${owner}.${method};
http.${owner}.${method} = function (...args) {
  const go = () => require('node:fs').existsSync(${JSON.stringify(this.at)}) ? original.apply(this, args) : setTimeout(go, 50);
  go();
  return this;
};`;
  }
}
