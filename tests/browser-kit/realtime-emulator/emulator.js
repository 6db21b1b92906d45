// The realtime voice service as far as a browser meets it: secrets, calls, sound both ways, events. Says which port it took.
import { createServer } from 'node:http';
import { Call } from './call.js';

const script = { student: [], patient: [], wordMs: 40 };
const calls = [];
let secrets = 0;
let refusal = null;

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const routes = {
  'POST /v1/realtime/client_secrets': async (request, response) => {
    const asked = JSON.parse(await read(request));
    if (refusal) return json(response, refusal, { error: { message: 'Not now.' } });
    json(response, 200, { value: `ek_${++secrets}`, expires_at: Math.floor(Date.now() / 1000) + 60, session: { id: 'sess_1', ...asked.session } });
  },
  'POST /v1/realtime/calls': async (request, response) => {
    const offer = await read(request);
    if (refusal) return json(response, refusal, { error: { message: 'Not now.' } });
    const call = new Call(script);
    calls.push(call);
    const answer = await call.answer(offer);
    response.writeHead(201, { 'Content-Type': 'application/sdp', Location: `/v1/realtime/calls/rtc_${calls.length}` });
    response.end(answer);
  },
  // For the tests: what is said, what was received, and misbehaving.
  'POST /script': async (request, response) => json(response, 200, Object.assign(script, JSON.parse(await read(request)))),
  'POST /refuse': async (request, response) => json(response, 200, { refusal: (refusal = JSON.parse(await read(request)).status) }),
  'POST /break': async (request, response) => {
    await read(request);
    for (const call of calls) call.close();
    json(response, 200, {});
  },
  'GET /calls': (request, response) => json(response, 200, { secrets, calls: calls.map(call => call.record) }),
};

const server = createServer((request, response) => {
  const route = routes[`${request.method} ${request.url.split('?')[0]}`];
  if (!route) return json(response, 404, { error: { message: 'Unknown.' } });
  Promise.resolve(route(request, response)).catch(failure => json(response, 500, { error: { message: String(failure) } }));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

// Whoever started it and is gone leaves a closed input behind.
process.stdin.on('end', () => process.exit(0)).resume();
