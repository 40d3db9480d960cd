/** A signed-in client that measures how long answers take. */
import { setTimeout as pause } from 'node:timers/promises';
import { password } from '../tests/helpers/app.ts';

export interface Client {
  /** Milliseconds to the last byte of the page. */
  time(path: string): Promise<number>;
  page(path: string): Promise<string>;
  /** Sends a form, and gives the address that it leads to. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<string>;
  /** Milliseconds until a customer, whose values are those that the form has, is scored and stored. */
  scoreCustomer(customer: string): Promise<number>;
  download(
    path: string,
  ): Promise<{ readonly firstByteMs: number; readonly ms: number; readonly bytes: number }>;
  /** Uploads a file, waits until it is checked, and has it scored. */
  score(file: Blob, name: string): Promise<void>;
  /** How many of the files that were uploaded are not scored yet. */
  unscoredFiles(): Promise<number>;
  /** Asks whether the server lives, again and again. */
  watchHealth(): { readonly stop: () => Promise<number[]> };
}

/** As the administrator of `setUpOrganisation`. `noteCookie` is told the cookie of the session. */
export async function openClient(
  url: string,
  noteCookie: (cookie: string) => void = () => undefined,
): Promise<Client> {
  let cookie = '';
  const ask = async (path: string, options: RequestInit = {}): Promise<Response> => {
    const headers = { cookie, ...(options.headers as Record<string, string> | undefined) };
    const answer = await fetch(url + path, { redirect: 'manual', ...options, headers });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    noteCookie(cookie);
    if (answer.status >= 400) throw new Error(`${path} was answered ${answer.status}.`);
    return answer;
  };
  const tokenOf = async (path: string): Promise<string> =>
    /name="_csrf" value="([^"]+)"/.exec(await (await ask(path)).text())![1]!;
  const post = async (path: string, body: URLSearchParams | FormData): Promise<Response> =>
    ask(path, { method: 'POST', body });
  const progressOf = async (id: number): Promise<{ state: string }> => {
    const answer = await ask(`/batches/${id}/progress`, { headers: { accept: 'application/json' } });
    return (await answer.json()) as { state: string };
  };
  const uploaded: number[] = [];

  let form: Record<string, string> | null = null;
  const _csrf = await tokenOf('/sign-in');
  await post('/sign-in', new URLSearchParams({ _csrf, email: 'ada@example.com', password }));
  const token = await tokenOf('/account');

  return {
    time: async (path) => {
      const started = performance.now();
      await (await ask(path)).text();
      return performance.now() - started;
    },
    page: async (path) => (await ask(path)).text(),
    post: async (path, fields) => {
      const { headers, status } = await post(path, new URLSearchParams({ _csrf: token, ...fields }));
      return headers.get('location') ?? Promise.reject(new Error(`${path} was answered ${status}.`));
    },
    scoreCustomer: async (customer) => {
      form ??= readForm(await (await ask('/predict')).text());
      const body = new URLSearchParams({ ...form, _csrf: token, customer });
      const started = performance.now();
      await post('/predict', body);
      return performance.now() - started;
    },
    download: async (path) => {
      const started = performance.now();
      const answer = await ask(path);
      let bytes = 0;
      let firstByteMs = NaN;
      for await (const chunk of answer.body!) {
        if (bytes === 0) firstByteMs = performance.now() - started;
        bytes += (chunk as Uint8Array).length;
      }
      return { firstByteMs, bytes, ms: performance.now() - started };
    },
    score: async (file, name) => {
      const form = new FormData();
      form.set('_csrf', token);
      form.set('file', file, name);
      const answer = await post('/batches', form);
      const id = Number(/\/batches\/(\d+)/.exec(answer.headers.get('location')!)![1]);
      while ((await progressOf(id)).state !== 'checked') await pause(100);
      await post(`/batches/${id}/scoring`, new URLSearchParams({ _csrf: token }));
      uploaded.push(id);
    },
    unscoredFiles: async () => {
      const all = await Promise.all(uploaded.map(progressOf));
      return all.filter(({ state }) => state !== 'done').length;
    },
    watchHealth: () => {
      const times: number[] = [];
      let isOn = true as boolean;
      const watching = (async () => {
        while (isOn) {
          const started = performance.now();
          await (await fetch(`${url}/health/live`)).text();
          times.push(performance.now() - started);
          await pause(5);
        }
      })();
      return {
        stop: async () => {
          isOn = false;
          await watching;
          return times;
        },
      };
    },
  };
}

/** The prediction form as it stands, with the last level wherever there is a choice and 20 wherever there is a number. */
export function readForm(page: string): Record<string, string> {
  const fields = page.matchAll(
    /<(?:input|select)[^>]*name="(f\d+|model)"[^>]*>([\s\S]*?)(?=<(?:input|select|\/form))/g,
  );
  return Object.fromEntries(
    [...fields].map(([field, name, options]) => {
      const level = [...options!.matchAll(/<option value="([^"]+)"/g)].at(-1)?.[1];
      return [name!, level ?? /value="([^"]+)"/.exec(field)?.[1] ?? '20'];
    }),
  );
}
