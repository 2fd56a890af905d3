/** Small programs that behave in one way each. All of them are started as `node <name>.js`. */
export const apps: Record<string, string> = {
  'server.js': `
    const http = require('node:http');
    const version = require('node:fs').readFileSync('version', 'utf8');
    const server = http.createServer((request, response) => {
      const wait = Number(new URL(request.url, 'http://x').searchParams.get('wait') ?? 0);
      setTimeout(() => response.end(version + ' ' + process.env.BERTH_INSTANCE), wait);
    });
    server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening', version));
    process.on('SIGTERM', () => { console.log('ending'); server.close(() => process.exit(0)); server.closeIdleConnections(); });`,
  // Serves until its home holds a file called "break"; of no use to anybody from then on.
  'fragile.js': `
    const fs = require('node:fs');
    const file = process.env.BREAK_FILE;
    const server = require('node:http').createServer((request, response) => response.end('fragile ' + process.env.BERTH_INSTANCE));
    if (fs.existsSync(file)) process.exit(7);
    server.listen(Number(process.env.PORT), '127.0.0.1');
    setInterval(() => { if (fs.existsSync(file)) process.exit(7); }, 20);`,
  'ticker.js': `
    let count = 0;
    setInterval(() => console.log('tick', ++count), 50);`,
  'crash.js': `console.error('boom: no database'); process.exit(3);`,
  'mute.js': `setInterval(() => undefined, 1000); console.log('I forgot to listen');`,
  'sick.js': `
    require('node:http').createServer((request, response) => { response.statusCode = 500; response.end(); })
      .listen(Number(process.env.PORT), '127.0.0.1');`,
  'moody.js': `
    let healthy = true;
    require('node:http').createServer((request, response) => {
      if (request.url === '/break') healthy = false;
      if (request.url === '/repair') healthy = true;
      response.statusCode = healthy || request.url !== '/health' ? 200 : 503;
      response.end(process.env.BERTH_INSTANCE);
    }).listen(Number(process.env.PORT), '127.0.0.1');`,
  'hog.js': `
    const held = [];
    setInterval(() => held.push(Buffer.alloc(16 * 1024 * 1024, 1)), 20);`,
  'flood.js': `
    const line = 'x'.repeat(200);
    let count = 0;
    const write = () => { while (process.stdout.write(line + ' ' + ++count + '\\n')); };
    process.stdout.on('drain', write);
    write();`,
  'stubborn.js': `
    process.on('SIGTERM', () => console.log('no'));
    setInterval(() => undefined, 1000);
    console.log('stubborn');`,
  'escaper.js': `
    const { spawn } = require('node:child_process');
    const child = spawn('sh', ['-c', 'sleep 300 & exec sleep 300'], { detached: true, stdio: 'ignore' });
    child.unref();
    console.log('escaped', child.pid);
    setInterval(() => undefined, 1000);`,
  'polite.js': `
    setInterval(() => undefined, 1000);
    process.on('SIGTERM', () => setTimeout(() => { console.log('ended politely'); process.exit(0); }, 300));
    console.log('listening to signals');`,
  'hider.js': `
    const { spawn } = require('node:child_process');
    const child = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore', env: {} });
    console.log(child.pid);
    setInterval(() => undefined, 1000);`,
  'busy.js': `for (;;) {}`,
  'clash.js': `
    const fs = require('node:fs');
    const net = require('node:net');
    const file = process.env.HOME + '/ran';
    const port = Number(process.env.PORT);
    const serve = () => require('node:http').createServer((request, response) => response.end('ok')).listen(port, '127.0.0.1');
    const waitForThief = () => net.connect(port, '127.0.0.1', () => setTimeout(serve, 300)).on('error', () => setTimeout(waitForThief, 20));
    if (fs.existsSync(file)) serve();
    else {
      fs.writeFileSync(file, '');
      console.log(port);
      waitForThief();
    }`,
  'late.js': `
    setTimeout(() => require('node:http').createServer((request, response) => response.end('late'))
      .listen(Number(process.env.PORT), '127.0.0.1'), 400);`,
};
