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

  /** Answers whoever proves its route only when the gate is open, and everybody else at once. */
  beforeProof(answer: string): Record<string, string> {
    const isProof = `this.req.headers['user-agent'] === 'berth-probe'`;
    return webApp(answer, this.waiting('ServerResponse.prototype', 'end', isProof));
  }

  private waiting(owner: string, method: string, who = 'true'): string {
    return `
const original = http.${owner}.${method};
http.${owner}.${method} = function (...args) {
  const mayGo = () => !(${who}) || require('node:fs').existsSync(${JSON.stringify(this.at)});
  const go = () => mayGo() ? original.apply(this, args) : setTimeout(go, 50);
  go();
  return this;
};`;
  }
}
