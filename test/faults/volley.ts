/** Many requests at once, each over a connection of its own, from a thread of its own: whoever measures beside it is not held up. */
import { request, type Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

export interface Answer {
  /** HTTP status; what went wrong where there was none. */
  status: number | string;
  retryAfter: string | undefined;
  /** Whether it has errors, or is none at all. */
  failed: boolean;
  /** Whether it has errors, and each of them is that the database is unavailable. */
  unavailable: boolean;
  tookMs: number;
}

export interface Volley {
  url: string;
  /** Credentials, used in turns. */
  tokens: readonly string[];
  query: string;
  /** Requests at a time. */
  requests: number;
  /** How many times, each when all of the last have been answered. */
  waves: number;
}

/** Asks over a connection of the agent, or over one of its own. */
export function ask(url: string, token: string, query: string, agent?: Agent): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve) => {
    const end = (status: number | string, retryAfter?: string, text?: string): void => {
      const codes = [...(text ?? '').matchAll(/"code":"([A-Z_]+)"/g)].map(([, code]) => code);
      const failed = text === undefined || text.includes('"errors":');
      const unavailable =
        failed && codes.length > 0 && codes.every((code) => code === 'UNAVAILABLE');
      resolve({ status, retryAfter, failed, unavailable, tookMs: performance.now() - started });
    };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const sent = request(url, { method: 'POST', agent: agent ?? false, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', (error) => end(error.message));
      response.on('end', () =>
        end(response.statusCode ?? 0, response.headers['retry-after'], text),
      );
    });
    sent.on('error', (error) => end(error.message));
    sent.end(JSON.stringify({ query }));
  });
}

/** Sends the requests, and resolves with their answers. */
export function volley(wanted: Volley): Promise<Answer[]> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: wanted });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

if (!isMainThread && parentPort && workerData) {
  const { url, tokens, query, requests, waves } = workerData as Volley;
  const answers: Answer[] = [];
  for (let wave = 0; wave < waves; wave++) {
    const asked = Array.from({ length: requests }, (_, n) =>
      ask(url, tokens[n % tokens.length] ?? '', query),
    );
    answers.push(...(await Promise.all(asked)));
  }
  parentPort.postMessage(answers, []);
}
