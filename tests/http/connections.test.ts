/** Messages and clients that are not as they should be, on real connections. */
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfToken } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
let server: Server;
let session: string;
let token: string;
beforeAll(async () => {
  server = createServer(test.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  token = await csrfToken(test.agent, '/account');
  const answer = await test.agent.get('/account');
  const cookies = answer.headers['set-cookie'] as unknown as readonly string[];
  session = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function send(message: string): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(message);
  return socket;
}

/** The first line of the answer, once the server has closed the connection. */
async function answerTo(message: string): Promise<string> {
  const socket = await send(message);
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  await once(socket, 'close');
  return text.split('\r\n')[0]!;
}

describe('a message', () => {
  it.each([
    ['with a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['with two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
    ['with a length that is no number', 'Content-Length: +4\r\n\r\nabcd'],
    ['with a space in front of a colon', 'Content-Length : 4\r\n\r\nabcd'],
    ['with a line end alone', 'X: 1\nY: 2\r\n\r\n'],
  ])('%s is refused, and the connection closed', async (_what, rest) => {
    const answer = await answerTo(`POST /sign-in HTTP/1.1\r\nHost: here\r\n${rest}`);
    expect(answer).toBe('HTTP/1.1 400 Bad Request');
  });

  it('with a head of more than 16 kB is refused', async () => {
    const answer = await answerTo(`GET / HTTP/1.1\r\nHost: here\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toBe('HTTP/1.1 431 Request Header Fields Too Large');
  });

  it('of the method TRACE is refused', async () => {
    const answer = await answerTo(`TRACE / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n`);
    expect(answer).toBe('HTTP/1.1 405 Method Not Allowed');
  });
});

const head = (length: number): string =>
  `POST /batches HTTP/1.1\r\nHost: here\r\nCookie: ${session}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;

/** A form as browsers send it, up to the middle of its file. */
const beginning = (): string =>
  `${head(10_000_000)}--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${'a,b\n'.repeat(20_000)}`;

describe('an upload', () => {
  it('that announces more than it may have is refused before it is sent', async () => {
    expect(await answerTo(head(2_000_000_000))).toBe('HTTP/1.1 413 Payload Too Large');
  });

  it('that is cut off leaves no file and no open descriptor, fifty at a time', async () => {
    const { uploadsDir } = test.context.config;
    const sockets = await Promise.all(Array.from({ length: 50 }, () => send(beginning())));
    await expect.poll(() => readdirSync(uploadsDir).length, { timeout: 30_000 }).toBe(50);
    for (const [i, socket] of sockets.entries())
      if (i % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    await expect.poll(() => readdirSync(uploadsDir), { timeout: 30_000 }).toEqual([]);
    await expect.poll(() => openFilesIn(uploadsDir), { timeout: 30_000 }).toBe(0);
    expect(await test.context.db('batches')).toEqual([]);
  });
});

/** Only Linux tells. */
function openFilesIn(folder: string): number {
  if (process.platform !== 'linux') return 0;
  const paths = readdirSync('/proc/self/fd').map((name) => `/proc/self/fd/${name}`);
  // The folder itself is open while it is read.
  return paths.filter((path) => existsSync(path) && readlinkSync(path).startsWith(folder)).length;
}
