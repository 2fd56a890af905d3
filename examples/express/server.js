const express = require('express');

const app = express();
app.use(express.json());

app.get('/', (request, response) => response.json({ message: 'Hello from Express' }));
app.get('/healthz', (request, response) => response.send('ok'));
app.post('/echo', (request, response) => response.json(request.body));

const server = app.listen(process.env.PORT ?? 3000, process.env.HOST ?? '0.0.0.0', () =>
  console.log(`listening on ${server.address().port}`),
);

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
