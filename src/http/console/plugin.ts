/** Serves the console: its page at every address below, its files, and what it has to know. */
import type { Plugin } from 'graphql-yoga';
import { encodingFor } from '../plugins/compression.ts';
import { hostOf, isFromThisMachine, isLoopback } from '../plugins/hosts.ts';
import {
  CONSOLE_FILES,
  CONSOLE_FOLDER,
  CONSOLE_PATH,
  readConsole,
  type BuiltConsole,
  type ConsoleFile,
} from './files.ts';
import { NOT_BUILT } from './notice.ts';
import type { ConsoleOptions } from './options.ts';
import { contentPolicy } from './policy.ts';

/** One year: the name of a file changes with its content. */
const FOREVER = 'public, max-age=31536000, immutable';

const TEXT = 'text/plain; charset=utf-8';

/** What an answer consists of. */
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
}

/** What the console has to know of the API. */
export interface ConsoleApi {
  /** Its path. */
  endpoint: string;
  /** The header that names the organization a request acts in. */
  organizationHeader: string;
  /** Whether it answers registered documents alone, which are asked for by their hash. */
  takesHashes: boolean;
}

/** Serves the console beside the API. */
export function consolePages(
  api: ConsoleApi,
  { folder = CONSOLE_FOLDER, signIn, demonstration }: ConsoleOptions,
): Plugin<object, object> {
  const security = {
    'content-security-policy': contentPolicy(signIn?.issuer),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
  let reading: Promise<BuiltConsole | undefined> | undefined;
  // A build that is not there yet, or cannot be read, is looked for again.
  const built = async (): Promise<BuiltConsole | undefined> => {
    reading ??= readConsole(folder);
    const found = await reading.catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    if (!found) reading = undefined;
    return found;
  };
  const config = (request: Request, serverContext: object): Answer => {
    const isLocal =
      isLoopback(hostOf(request.headers.get('host'))) &&
      isFromThisMachine(serverContext) &&
      isOwnPage(request);
    const facts = {
      ...api,
      signIn: signIn ?? null,
      demonstration: (isLocal && demonstration) || null,
    };
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    };
    return { status: 200, headers, body: JSON.stringify(facts) };
  };
  const answerTo = async (request: Request, url: URL, context: object): Promise<Answer> => {
    if (!['GET', 'HEAD'].includes(request.method))
      return {
        status: 405,
        headers: { 'content-type': TEXT, allow: 'GET, HEAD' },
        body: 'The console is read with GET.\n',
      };
    if (url.pathname === CONSOLE_PATH)
      return { status: 302, headers: { location: `${CONSOLE_PATH}/${url.search}` }, body: '' };
    if (url.pathname === `${CONSOLE_PATH}/config.json`) return config(request, context);
    const found = await built();
    if (url.pathname.startsWith(CONSOLE_FILES)) {
      const file = found?.files.get(url.pathname);
      if (file) return fileAnswer(request, file, FOREVER);
      return { status: 404, headers: { 'content-type': TEXT }, body: 'File not found.\n' };
    }
    if (found) return fileAnswer(request, found.page, 'no-cache');
    const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
    return { status: 200, headers, body: NOT_BUILT };
  };
  return {
    async onRequest({ request, url, serverContext, endResponse, fetchAPI: { Response } }) {
      const { pathname, search } = url;
      if (pathname === '/' && isForPeople(request)) {
        const location = `${CONSOLE_PATH}/${search}`;
        endResponse(new Response(null, { status: 302, headers: { location, vary: 'accept' } }));
        return;
      }
      if (pathname !== CONSOLE_PATH && !pathname.startsWith(`${CONSOLE_PATH}/`)) return;
      const { status, headers, body } = await answerTo(request, url, serverContext);
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
      endResponse(
        new Response(request.method === 'HEAD' ? null : body, {
          status,
          headers: { ...security, ...headers, 'content-length': String(length) },
        }),
      );
    },
  };
}

/** Whether a browser asks for a page. */
function isForPeople({ method, headers }: Request): boolean {
  return ['GET', 'HEAD'].includes(method) && (headers.get('accept') ?? '').includes('text/html');
}

/** Whether no page of another origin asks. Clients other than browsers do not tell. */
function isOwnPage({ headers }: Request): boolean {
  return ['same-origin', 'none', null].includes(headers.get('sec-fetch-site'));
}

/** A file in the best form that the client takes. */
function fileAnswer(request: Request, file: ConsoleFile, caching: string): Answer {
  const encoding = encodingFor(request.headers.get('accept-encoding'));
  const encoded = encoding && file[encoding];
  return {
    status: 200,
    headers: {
      'content-type': file.type,
      'cache-control': caching,
      vary: 'accept-encoding',
      ...(encoded && { 'content-encoding': encoding }),
    },
    body: encoded ?? file.plain,
  };
}
