/**
 * The raw server: `node:http`, `pg` and one named statement per query. `CHECKED=1` adds the checks of credential and subtree.
 * The path names the query, since nothing here reads GraphQL.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { parseToken, tokenHash } from '../../../src/authentication/secret.ts';
import { POOL_SIZE, listen } from '../process.ts';
import type { QueryKey } from '../queries.ts';
import type { Credential } from './statement.ts';
import { statements } from './statements.ts';

const isChecked = process.env['CHECKED'] === '1';
const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: POOL_SIZE,
  options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan',
});

function credentialOf({ headers }: IncomingMessage): Credential | undefined {
  const token = parseToken(headers.authorization?.slice('Bearer '.length) ?? '');
  return token && { id: token.id, hash: tokenHash(token.token) };
}

async function answer(request: IncomingMessage, body: string): Promise<string | undefined> {
  const key = (request.url ?? '').slice(1) as QueryKey;
  const { root, unchecked, checked, values } = statements[key];
  const { variables } = JSON.parse(body) as { variables: never };
  const credential = isChecked ? credentialOf(request) : undefined;
  if (isChecked && !credential) return undefined;
  const statement = {
    name: key,
    text: isChecked ? checked : unchecked,
    values: values(variables, credential),
  };
  if (key === 'V' && !isChecked) statement.values = [credentialOf(request)?.id];
  const { rows } = await pool.query<{ answer: string | null }>(statement);
  const text = rows[0]?.answer;
  return text == null ? undefined : `{"data":{"${root}":${text}}}`;
}

function send(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
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
            : send(response, 200, text),
        (error: unknown) =>
          send(response, 500, JSON.stringify({ errors: [{ message: String(error) }] })),
      );
    });
  }),
);
