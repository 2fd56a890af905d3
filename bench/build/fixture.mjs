import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { timed, workspace } from '../support/platform.mjs';

const SERVER = (text) => `const fastify = require('fastify')();
fastify.get('/', async () => ({ text: ${JSON.stringify(text)} }));
fastify.listen({ port: Number(process.env.PORT), host: process.env.HOST ?? '127.0.0.1' });
`;

/** An ordinary app: a server on a framework whose packages, some forty of them, lie beside it as tarballs, and a lock file. */
export async function makeApp(folder) {
  const vendor = join(folder, 'vendor');
  await mkdir(vendor, { recursive: true });
  const packages = await closureOf('fastify');
  const paths = packages.map(({ folder: path }) => path);
  const { out } = await timed('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', vendor, ...paths]);
  const tarballs = out.trim().split('\n');
  const dependencies = Object.fromEntries(packages.map(({ name }, index) => [name, `file:vendor/${tarballs[index]}`]));
  const json = { name: 'bench', version: '1.0.0', private: true, scripts: { start: 'node server.js' }, dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(json, undefined, 2));
  await writeServer(folder, 'first');
  await timed('npm', ['install', '--package-lock-only', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
  });
}

export const writeServer = (folder, text) => writeFile(join(folder, 'server.js'), SERVER(text));

/** The installed package and all that it needs, as far as the workspace holds them side by side. */
async function closureOf(root) {
  const found = new Map();
  const visit = async (name) => {
    const folder = join(workspace, 'node_modules', name);
    if (found.has(name) || !existsSync(folder)) return;
    found.set(name, { name, folder });
    const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) await visit(each);
  };
  await visit(root);
  return [...found.values()];
}
