/** A mail server that keeps what it takes. It can refuse, say nothing, or wait before it takes a message. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** `takes`: as a mail server should; `refuses`: every sender; `hangs`: it answers nothing; `holds`: it gets a message and does not say so. */
type Manner = 'takes' | 'refuses' | 'hangs' | 'holds';

export interface MailServer {
  readonly url: string;
  manner: Manner;
  /** Messages that it said it has taken, as they came. */
  readonly taken: string[];
  /** How many messages have come whole, taken or not. */
  readonly received: () => number;
  stop(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const sockets = new Set<Socket>();
  let received = 0;
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The other side may be killed.
    socket.on('error', () => undefined);
    if (server.manner !== 'hangs') talk(socket);
  });
  const talk = (socket: Socket): void => {
    let text = '';
    let isMessage = false;
    socket.write('220 test\r\n');
    socket.on('data', (bytes) => {
      text += bytes.toString();
      for (;;) {
        const end = isMessage ? '\r\n.\r\n' : '\r\n';
        const place = text.indexOf(end);
        if (place < 0) return;
        const part = text.slice(0, place);
        text = text.slice(place + end.length);
        if (isMessage) takeMessage(socket, part);
        else answer(socket, part);
        isMessage = !isMessage && part === 'DATA';
      }
    });
  };
  const answer = (socket: Socket, command: string): void => {
    const isRefused = command.startsWith('MAIL') && server.manner === 'refuses';
    const line = isRefused ? '550 not from you' : command === 'DATA' ? '354 go on' : '250 test';
    socket.write(`${line}\r\n`);
  };
  const takeMessage = (socket: Socket, message: string): void => {
    received++;
    if (server.manner === 'holds') return;
    server.taken.push(message);
    socket.write('250 taken\r\n');
  };
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const server: MailServer = {
    url: `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    manner: 'takes',
    taken: [],
    received: () => received,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
  return server;
}

/** The number that a message has, the same each time that it is sent. */
export function messageIdOf(mail: string): string {
  return /^Message-ID: <([^@>]+)@/im.exec(mail)?.[1] ?? '';
}
