/** The application with somebody at work in it, for the tests of a file: opened before them, closed after them. */
import { parse } from 'csv-parse/sync';
import type { Test } from 'supertest';
import { afterAll, beforeAll } from 'vitest';
import type { Role } from '../../src/domain/people/permissions.ts';
import { createTestApp, csrfToken, setUpOrganisation, signIn } from './app.ts';
import type { TestApp } from './app.ts';
import type { Agent, Fields } from './datasets.ts';
import { runJobs } from './work.ts';

/** A name with several values is a field that is there several times. */
type FormFields = Readonly<Record<string, string | readonly string[]>>;

export interface Site extends TestApp {
  readonly agent: Agent;
  /** Sends a form with the token of the session. */
  readonly post: (path: string, fields?: FormFields) => Test;
  /** Sends a form with a file, `customers.csv` where it has no name. */
  readonly postFile: (path: string, content: string, fields?: Fields, name?: string) => Test;
  readonly pageOf: (path: string) => Promise<string>;
  /** The rows of a CSV, by the names of its columns. */
  readonly rowsOf: (path: string) => Promise<Record<string, string>[]>;
  /** Uploads customers and scores them by the active model; gives the number of the file. */
  readonly scoreAtOnce: (csv: string) => Promise<number>;
}

/** Call it where tests are described. What it gives can be used in their hooks and in them. */
export function openSite(role: Role, env: Record<string, string> = {}): Site {
  let test: TestApp;
  let agent: Agent;
  let _csrf: string;
  beforeAll(async () => {
    test = await createTestApp(env);
    await setUpOrganisation(test);
    agent = await signIn(test, role);
    _csrf = await csrfToken(agent, '/account');
  });
  afterAll(() => test.close());

  const post: Site['post'] = (path, fields = {}) =>
    agent
      .post(path)
      .type('form')
      .send({ _csrf, ...fields });
  const postFile: Site['postFile'] = (path, content, fields = {}, name = 'customers.csv') =>
    Object.entries({ _csrf, ...fields })
      .reduce((form, [field, value]) => form.field(field, value), agent.post(path))
      .attach('file', Buffer.from(content), name);
  const textOf = async (path: string): Promise<string> => (await agent.get(path).expect(200)).text;
  return {
    get app() {
      return test.app;
    },
    get context() {
      return test.context;
    },
    get agent() {
      return agent;
    },
    close: () => test.close(),
    post,
    postFile,
    pageOf: textOf,
    rowsOf: async (path) => parse(await textOf(path), { bom: true, columns: true }),
    scoreAtOnce: async (csv) => {
      const { headers } = await postFile('/batches', csv, { scoreAtOnce: 'yes' }).expect(303);
      await runJobs(test.context);
      return Number(/\d+/.exec(String(headers['location']))?.[0]);
    },
  };
}
