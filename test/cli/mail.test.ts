/** The worker in the gateway's process: from a mutation to the mail, over SMTP and over a kill. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { insertPartner } from '../setup/partner.ts';
import { tokenIn } from '../setup/outbox.ts';
import { runHere, serve, type RunningGateway } from './run.ts';

let organizationId: string;
let apiKey: string;
let dataDir: string;
let gateway: RunningGateway | undefined;
const received: ParsedMail[] = [];
let holding: (() => void)[] | undefined;
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData(stream, _session, callback) {
    simpleParser(stream, (_error: unknown, mail) => {
      const take = (): void => {
        received.push(mail);
        callback();
      };
      // While it holds, the sender waits for an answer that does not come.
      if (holding) holding.push(take);
      else take();
    });
  },
});
let smtpUrl = '';

it.beforeAll(async ({ database }) => {
  ({ organizationId, apiKey } = await insertPartner(database.db));
  dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-worker-'));
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  smtpUrl = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await gateway?.end('SIGTERM');
  await rm(dataDir, { recursive: true });
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

async function ask<Data>(query: string, token = apiKey): Promise<Data> {
  const response = await fetch(gateway?.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: Data }).data;
}

const invite = (email: string) =>
  ask(
    `mutation { createInvitation(input: { organizationId: "${organizationId}", email: "${email}" }) { __typename } }`,
  );

async function until<Value>(
  find: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    // Asking without a pause would take the processor from the process that is waited for.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function delivery(email: string): Promise<{ status: string; attempts: number } | undefined> {
  const { organization } = await ask<{
    organization: {
      invitations: { nodes: { email: string; delivery: { status: string; attempts: number } }[] };
    };
  }>(
    '{ organization { invitations(first: 100) { nodes { email delivery { status attempts } } } } }',
  );
  return organization.invitations.nodes.find((node) => node.email === email)?.delivery;
}

describe('a gateway', () => {
  it('without SMTP_URL writes mail into DATA_DIR/mail and says where', async ({ database }) => {
    gateway = await serve({ DATABASE_URL: database.url, DATA_DIR: dataDir });
    await invite('written@x.example');
    const folder = path.join(dataDir, 'mail');
    const file = await until(async () =>
      (await readdir(folder).catch(() => [])).find((name) => name.endsWith('.eml')),
    );
    const source = await until(
      async () => (await readFile(path.join(folder, file), 'utf8')) || undefined,
    );
    expect(source).toMatch(/^To: written@x\.example$/m);
    // The link leads to GraphiQL of this gateway, with the mutation that accepts.
    expect(source).toContain(`${gateway.url}?query=mutation`);
    await until(async () =>
      (await delivery('written@x.example'))?.status === 'SENT' ? true : undefined,
    );
    const { stderr } = await gateway.end('SIGTERM');
    expect(stderr).toContain(file);
    expect(stderr).not.toContain(tokenIn({ text: source }));
  }, 60_000);

  it('killed while it sends, sends after its next start, and says so', async ({
    database,
    issuer,
  }) => {
    const { jwksUrl, audience, algorithms } = issuer.settings;
    const environment = {
      DATABASE_URL: database.url,
      SMTP_URL: smtpUrl,
      INVITATION_URL: 'https://front.example/join/{token}',
      // For the test below.
      JWT_JWKS_URL: jwksUrl,
      JWT_ISSUER: issuer.settings.issuer,
      JWT_AUDIENCE: audience,
      JWT_ALGORITHMS: algorithms.join(','),
    };
    gateway = await serve(environment);
    holding = [];
    await invite('killed@x.example');
    await until(() => (holding?.length === 1 ? true : undefined));
    await gateway.end('SIGKILL');
    holding = undefined;
    gateway = await serve(environment);
    const mail = await until(() =>
      received.find(
        (one) => String(one.to && 'text' in one.to && one.to.text) === 'killed@x.example',
      ),
    );
    expect(mail.text).toMatch(/https:\/\/front\.example\/join\/inv_[\w-]{48}/);
    await until(async () =>
      (await delivery('killed@x.example'))?.status === 'SENT' ? true : undefined,
    );
    expect(await delivery('killed@x.example')).toEqual({ status: 'SENT', attempts: 2 });
  }, 60_000);

  it('takes sessions of the configured issuer, and does not start half configured', async ({
    database,
    issuer,
  }) => {
    const { jwksUrl, audience } = issuer.settings;
    const half = await runHere(['serve'], {
      DATABASE_URL: database.url,
      PORT: '0',
      JWT_JWKS_URL: jwksUrl,
      JWT_AUDIENCE: audience,
    });
    expect(half).toMatchObject({
      code: 1,
      stderr:
        'banyan: Sessions are half configured: JWT_ISSUER and JWT_ALGORITHMS missing beside the other JWT_ settings.\n',
    });
    const answer = await ask<{ viewer: object }>(
      '{ viewer { credential { kind } user { email } } }',
      await issuer.session('someone', 'someone@x.example'),
    );
    expect(answer).toEqual({
      viewer: { credential: { kind: 'SESSION' }, user: { email: 'someone@x.example' } },
    });
  }, 60_000);
});
