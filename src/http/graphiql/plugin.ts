/** GraphiQL's page and its files. */
import type { GraphiQLOptions, Plugin } from 'graphql-yoga';
import { hostOf, isFromThisMachine, isLoopback } from '../plugins/hosts.ts';
import { GRAPHIQL_FILES, makePageFiles, type PageFiles } from './files.ts';

export interface GraphiQLPage {
  /** The path of the page. */
  endpoint: string;
  /** Options of the page. */
  options: GraphiQLOptions;
  /** Options that also contain a credential, for browsers on this machine. */
  localOptions?: GraphiQLOptions | undefined;
  /** Host names, in addition to those of this machine, under which the page is served. */
  hosts: readonly string[];
}

/** The page may only run its own scripts and workers. Its editor writes styles at run time. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** One year: the name of a file changes with its content. */
const FOREVER = 'public, max-age=31536000, immutable';

/** The same for all gateways of a process. Created when a page is first opened. */
let making: Promise<PageFiles> | undefined;
const pageFiles = (): Promise<PageFiles> =>
  (making ??= makePageFiles().catch((error: unknown) => {
    // A failure is retried next time.
    making = undefined;
    throw error;
  }));

/** Serves the page to browsers that ask for one. */
export function graphiqlPage({
  endpoint,
  options,
  localOptions,
  hosts,
}: GraphiQLPage): Plugin<object, object> {
  const names = new Set(hosts.map((name) => name.toLowerCase()));
  return {
    async onRequest({ request, url, serverContext, endResponse, fetchAPI: { Response } }) {
      if (request.method !== 'GET') return;
      const isPage =
        url.pathname === endpoint && (request.headers.get('accept') ?? '').includes('text/html');
      if (!isPage && !url.pathname.startsWith(GRAPHIQL_FILES)) return;
      const host = hostOf(request.headers.get('host'));
      if (!isLoopback(host) && !names.has(host)) {
        endResponse(
          new Response('GraphiQL is not served under this name; see ALLOWED_HOSTS.\n', {
            status: 421,
          }),
        );
        return;
      }
      const { files, names: fileNames } = await pageFiles();
      if (isPage) {
        const isLocal = isLoopback(host) && isFromThisMachine(serverContext);
        const page = pageText((isLocal && localOptions) || options, fileNames);
        // A copy, because the response stores its length in the object it is given.
        endResponse(new Response(page, { headers: { ...pageHeaders } }));
        return;
      }
      const file = files.get(url.pathname);
      const encoding = (['br', 'gzip'] as const).find((name) => accepts(request, name));
      if (!file) endResponse(new Response('File not found.\n', { status: 404 }));
      else if (!encoding)
        endResponse(
          new Response('This file is only available with the encoding br or gzip.\n', {
            status: 406,
          }),
        );
      else {
        const headers = {
          'content-type': file.type,
          'content-encoding': encoding,
          'cache-control': FOREVER,
          vary: 'accept-encoding',
          // A worker is subject to the policy of its own file.
          'content-security-policy': CONTENT_POLICY,
          'cross-origin-resource-policy': 'same-origin',
        };
        endResponse(new Response(file[encoding], { headers }));
      }
    },
  };
}

function accepts(request: Request, encoding: string): boolean {
  return (request.headers.get('accept-encoding') ?? '')
    .split(',')
    .some((coding) => coding.split(';')[0]?.trim().toLowerCase() === encoding);
}

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CONTENT_POLICY,
  'cross-origin-opener-policy': 'same-origin',
};

const escaped: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function pageText(options: GraphiQLOptions, names: PageFiles['names']): string {
  const title = (options.title ?? 'GraphiQL').replace(/[&<>"]/g, (sign) => escaped[sign] ?? '');
  // A "<" in the data could close the element that contains it.
  const data = JSON.stringify(options).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title}</title>
    <link rel="icon" href="${names.icon}">
    <link rel="stylesheet" href="${names.style}">
    <script src="${names.start}" defer></script>
    <script src="${names.script}" defer></script>
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script type="application/json" id="options">${data}</script>
  </body>
</html>
`;
}
