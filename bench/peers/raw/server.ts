/**
 * The raw server: `node:http`, `pg` and one named statement per query. `CHECKED=1` adds the checks of credential and subtree.
 * The path names the query, since nothing here reads GraphQL.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { parseToken, tokenHash } from '../../../src/authentication/secret.ts';
import { parseId } from '../../../src/values/ids.ts';
import { POOL_SIZE, listen } from '../process.ts';
import type { QueryKey } from '../queries.ts';
import { checked, unchecked } from './compose.ts';
import { statements } from './statements.ts';

const isChecked = process.env['CHECKED'] === '1';
const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: POOL_SIZE,
  options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan',
});
const texts = new Map(Object.entries(statements).map(([key, statement]) => [key, (isChecked ? checked : unchecked)(statement)]));

/** The id and the hash of the credential; undefined unless it has the form of a key. */
function credentialOf({ headers }: IncomingMessage): [string, Buffer] | undefined {
  const token = parseToken(headers.authorization?.slice('Bearer '.length) ?? '');
  return token && [token.id, tokenHash(token.token)];
}

async function answer(request: IncomingMessage, body: string): Promise<string | undefined> {
  const key = (request.url ?? '').slice(1) as QueryKey;
  const { values } = statements[key];
  const { variables } = JSON.parse(body) as { variables: Record<string, unknown> & { id: string } };
  const parameters: unknown[] = [parseId(variables.id)?.uuid, ...(values?.(variables) ?? [])];
  if (isChecked) {
    const credential = credentialOf(request);
    if (!credential) return undefined;
    parameters.push(...credential);
  }
  const { rows } = await pool.query<{ answer: string | null }>({ name: key, text: texts.get(key) ?? '', values: parameters });
  return rows[0]?.answer ?? undefined;
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text);
}

listen(
  createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      answer(request, body).then(
        (text) =>
          text === undefined
            ? send(response, 403, '{"errors":[{"message":"No."}]}')
            : send(response, 200, `{"data":{"organization":${text}}}`),
        (error: unknown) => send(response, 500, JSON.stringify({ errors: [{ message: String(error) }] })),
      );
    });
  }),
);
