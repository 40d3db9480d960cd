/** An S3 server on this machine, and one in front of it whose faults a test chooses. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** Answers a request in place of the server; false: the server is to answer it. */
export type Fault = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface S3TestServer {
  readonly endpoint: string;
  readonly bucket: string;
  /** Where the server keeps the objects of the bucket. */
  readonly folder: string;
  /** From now on; null: none. */
  setFault(fault: Fault | null): void;
  /** How many requests came so far. */
  requestCount(): number;
  close(): Promise<void>;
}

/** What the server accepts, for the environment of whoever uses it. */
export const s3Credentials = {
  AWS_ACCESS_KEY_ID: 'S3RVER',
  AWS_SECRET_ACCESS_KEY: 'S3RVER',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
};

export async function startS3Server(bucket = 'holdfast'): Promise<S3TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-s3-'));
  const configureBuckets = [{ name: bucket, configs: [] }];
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets,
  });
  const { port } = await server.run();
  let fault: Fault | null = null;
  let requests = 0;
  const front = createServer((req, res) => {
    requests++;
    if (!fault?.(req, res)) passOn(port, req, res);
  });
  await listen(front);
  return {
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    bucket,
    folder: join(directory, bucket),
    setFault: (next) => {
      fault = next;
    },
    requestCount: () => requests,
    close: async () => {
      front.closeAllConnections();
      front.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function passOn(port: number, req: IncomingMessage, res: ServerResponse): void {
  const { method, url: path, headers } = req;
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => res.destroy());
  req.pipe(onward);
}

function listen(server: Server): Promise<void> {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', done);
  });
}
