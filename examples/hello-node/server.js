const http = require('node:http');

const server = http.createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  const { BERTH_RELEASE: release, BERTH_INSTANCE: instance, GREETING: greeting = 'Hello from Berth' } = process.env;
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify({ greeting, release, instance })}\n`);
});

server.listen(Number(process.env.PORT ?? 3000), process.env.HOST);

// Requests under way are answered before the process ends: no request is lost when a release takes over.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
