// Has other people's scanners look at the golden manifests, with every check on. What they find is an exception with a
// reason, or a failure; an exception that nothing needs any more is one, too.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Another state of objects that are in the others, too: seen together with those they would contradict them. */
const OTHER_STATES = ['autoscaler.json'];
const CHECKOV = 'checkov==3.3.30';
const KUBE_SCORE = 'github.com/zegl/kube-score/cmd/kube-score';
const here = import.meta.dirname;
const golden = join(here, '../../libs/kubernetes/test/golden');
const trivy = join(here, 'trivy');
const read = (...path) => readFileSync(join(...path), 'utf8');

/** Once per content of what is pinned. */
function install() {
  const pinned = [CHECKOV, read(here, 'go.sum'), read(trivy, 'go.sum'), read(trivy, 'main.go')];
  const pins = createHash('sha256').update(pinned.join()).digest('hex').slice(0, 12);
  const folder = join(homedir(), '.cache/berth', `scanners-${pins}`);
  if (existsSync(join(folder, 'ready'))) return folder;
  mkdirSync(folder, { recursive: true });
  const options = { cwd: here, stdio: 'inherit' };
  execFileSync('go', ['build', '-o', join(folder, 'kube-score'), KUBE_SCORE], options);
  // It reads JSON by a package of Go that is experimental so far.
  const env = { ...process.env, GOEXPERIMENT: 'jsonv2' };
  execFileSync('go', ['build', '-o', join(folder, 'trivy'), '.'], { ...options, cwd: trivy, env });
  execFileSync('python3', ['-m', 'venv', join(folder, 'venv')], options);
  execFileSync(join(folder, 'venv/bin/pip'), ['install', '--quiet', CHECKOV], options);
  writeFileSync(join(folder, 'ready'), '');
  return folder;
}

/** Scanners say what they found by their exit code, too: only what they printed counts. */
const ask = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 1e8 }, (error, out) =>
      out === '' ? reject(error) : resolve(JSON.parse(out)),
    );
  });

const scanners = {
  async 'kube-score'(tools, { file }) {
    const args = [
      'score',
      '--output-format',
      'json',
      '--all-default-optional',
      '--exit-one-on-warning',
      '--kubernetes-version',
      'v1.30',
    ];
    const objects = await ask(join(tools, 'kube-score'), [...args, file]);
    return objects.flatMap(({ object_name: object, checks }) =>
      checks.filter(({ grade, skipped }) => !skipped && grade < 10).map(({ check }) => ({ check: check.id, object })),
    );
  },
  async checkov(tools, { file }) {
    const args = ['-f', file, '--framework', 'kubernetes', '--output', 'json', '--quiet', '--skip-download'];
    const { results } = await ask(join(tools, 'venv/bin/checkov'), args);
    return results.failed_checks.map(({ check_id: check, resource: object }) => ({ check, object }));
  },
  async trivy(tools, { folder, manifests }) {
    const { files, findings } = await ask(join(tools, 'trivy'), [folder]);
    if (files.length !== manifests.length)
      throw new Error(`trivy read ${files.length} of ${manifests.length} manifests`);
    return findings.map(({ check, file, message }) => {
      const { kind, metadata } = manifests[Number.parseInt(file, 10)];
      return { check, object: `${kind} ${metadata.name}: ${message}` };
    });
  },
};

async function main() {
  const tools = install();
  const folder = mkdtempSync(join(tmpdir(), 'berth-scan-'));
  try {
    const file = join(folder, 'manifests.yaml');
    const names = readdirSync(golden).filter((name) => !OTHER_STATES.includes(name));
    const manifests = names.flatMap((name) => JSON.parse(read(golden, name)));
    const texts = manifests.map((each) => JSON.stringify(each));
    writeFileSync(file, texts.join('\n---\n'));
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.json`), text);
    const exceptions = JSON.parse(read(here, 'exceptions.json'));
    for (const [name, scan] of Object.entries(scanners))
      judge(name, await scan(tools, { file, folder, manifests }), exceptions[name]);
    console.log(`${manifests.length} manifests scanned`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(name, findings, reasons) {
  const open = findings.filter(({ check }) => !(check in reasons));
  const unused = Object.keys(reasons).filter((check) => !findings.some((each) => each.check === check));
  for (const { check, object } of open) console.error(`${name}: ${check} on ${object}`);
  for (const check of unused) console.error(`${name}: the exception for ${check} is not needed any more`);
  if (open.length + unused.length > 0) process.exitCode = 1;
  console.log(
    `${name}: ${open.length} findings, ${findings.length - open.length} excepted by ${Object.keys(reasons).length} reasons`,
  );
}

await main();
