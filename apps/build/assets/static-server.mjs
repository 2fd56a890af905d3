// Serves a folder of files. Berth puts this file into the slug of a static site; it stands alone and needs Node only.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.pdf': 'application/pdf',
  '.wasm': 'application/wasm',
  '.zip': 'application/zip',
};

const [singlePage, ...named] =
  process.argv[2] === '--single-page' ? process.argv.slice(2) : [null, ...process.argv.slice(2)];
const root = await firstSite(named);

async function firstSite(folders) {
  for (const folder of folders) if (await stat(join(folder, 'index.html')).catch(() => null)) return realpath(folder);
  console.error(`No index.html in any of: ${folders.join(', ')}`);
  process.exit(1);
}

/** Answers the file for a URL path, `{ redirect }` for a folder without its slash, or null. Hidden files are not served. */
async function find(path) {
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const parts = decoded.split('/').filter(Boolean);
  if (decoded.includes('\0') || parts.some((part) => part.startsWith('.') && part !== '.well-known')) return null;
  const wanted = resolve(root, ...parts);
  const found = await plainFile(wanted);
  if (found) return found;
  const index = await plainFile(join(wanted, 'index.html'));
  if (index) return path.endsWith('/') ? index : { redirect: `/${parts.map(encodeURIComponent).join('/')}/` };
  return plainFile(`${wanted}.html`);
}

async function plainFile(path) {
  const real = await realpath(path).catch(() => null);
  if (real === null || !real.startsWith(root + sep)) return null;
  const info = await lstat(real);
  return info.isFile() ? { path: real, size: info.size, tag: await tagOf(real) } : null;
}

/** From the content: all files of a slug are dated 1970. Files do not change while this runs, so each is read once. */
const tags = new Map();
async function tagOf(path) {
  const known = tags.get(path);
  if (known) return known;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const tag = `"${hash.digest('base64url').slice(0, 22)}"`;
  tags.set(path, tag);
  return tag;
}

function rangeOf(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start <= end ? { start, end } : 'unsatisfiable';
}

async function answer(request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return response.writeHead(405, { Allow: 'GET, HEAD' }).end('Method not allowed\n');
  const path = (request.url ?? '/').split(/[?#]/)[0];
  const found = await find(path);
  if (found?.redirect) return response.writeHead(308, { Location: found.redirect }).end();
  if (found) return send(request, response, found, 200);
  const page = await plainFile(join(root, '404.html'));
  if (page) return send({ method: request.method, headers: {} }, response, page, 404);
  // Its own addresses are known to the page alone. What it asks for itself, and a file that is missing, is not found.
  if (singlePage && isPage(path, request.headers.accept))
    return send(request, response, await plainFile(join(root, 'index.html')), 200);
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
}

const isPage = (path, accept = '') => accept.includes('text/html') && extname(path) === '';

function send(request, response, file, status) {
  const headers = {
    'Content-Type': types[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'Cache-Control': 'no-cache',
    ETag: file.tag,
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
  };
  if (request.headers['if-none-match']?.split(/,\s*/).includes(file.tag)) return response.writeHead(304, headers).end();
  const range = rangeOf(request.headers.range, file.size);
  if (range === 'unsatisfiable') return response.writeHead(416, { 'Content-Range': `bytes */${file.size}` }).end();
  const partial = range ? { 'Content-Range': `bytes ${range.start}-${range.end}/${file.size}` } : {};
  const length = range ? range.end - range.start + 1 : file.size;
  response.writeHead(range ? 206 : status, { ...headers, ...partial, 'Content-Length': length });
  if (request.method === 'HEAD' || length === 0) return response.end();
  createReadStream(file.path, range ?? {})
    .on('error', () => response.destroy())
    .pipe(response);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error.message);
    if (response.headersSent) return response.destroy();
    response.writeHead(500).end('Internal error\n');
  });
});
server.keepAliveTimeout = 75_000;
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0', () => console.log(`serving ${root}`));
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
