import { mkdtemp, readFile, readdir, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitationLink, invitationMessage } from '../../src/modules/invitation/mail.ts';
import { parseId } from '../../src/values/ids.ts';
import { createMailer, type Message } from '../../src/mail/mailer.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  AcceptInvitationDocument,
  CreateInvitationDocument,
  ResendInvitationDocument,
} from '../generated/graphql.ts';
import { LINK_TEMPLATE, runJobs, tokenIn } from '../setup/outbox.ts';
import { createWorld, insertUser, type World } from '../setup/world.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';

let world: World;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  for (const close of closing) await close();
  await world.close();
});

/** A mail server that takes everything, unless `refuse` says what is wrong with the recipient. */
async function startServer(
  refuse: () => (Error & { responseCode?: number }) | undefined = () => undefined,
) {
  const received: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, callback) => callback(refuse() ?? null),
    onData: (stream, _session, callback) => {
      simpleParser(stream, (error: unknown, mail) => {
        received.push(mail);
        callback(error instanceof Error ? error : null);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, received };
}

/** A server that takes the connection and never says a word. */
async function startSilentServer(): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?greetingTimeout=200`;
}

const mailerTo = (smtpUrl: string) =>
  createMailer(
    { smtpUrl, from: 'Banyan <no-reply@banyan.example>', folder: '/nowhere' },
    createLogger('silent'),
  );

let made = 0;
async function invite(): Promise<{ id: string; email: string }> {
  const email = `mailed${++made}@x.example`;
  const input = { organizationId: world.org('shop-1'), email };
  const outcome = (await world.query(CreateInvitationDocument, { input }, { as: 'key@north' })).data
    ?.createInvitation;
  if (!outcome || !('invitation' in outcome)) throw new Error(JSON.stringify(outcome));
  return { id: outcome.invitation.id, email };
}

const delivery = async (email: string) =>
  (
    await world.ask<{
      organization: { invitations: { nodes: { email: string; delivery: object }[] } };
    }>(
      `{ organization(slug: "shop-1") { invitations(status: [PENDING, REVOKED, ACCEPTED], first: 100) { nodes { email delivery { status attempts lastError sentAt } } } } }`,
      { as: 'key@north' },
    )
  ).data?.organization.invitations.nodes.find((node) => node.email === email)?.delivery;

describe('the mail of an invitation', () => {
  it('goes out over SMTP with a text and an HTML part, and the link in it works', async () => {
    const server = await startServer();
    const { email } = await invite();
    expect(await delivery(email)).toEqual({
      status: 'QUEUED',
      attempts: 0,
      lastError: null,
      sentAt: null,
    });
    await runJobs(world, mailerTo(server.url));
    const [mail] = server.received;
    expect(mail).toMatchObject({
      subject: 'Invitation to The shop-1',
      from: { text: '"Banyan" <no-reply@banyan.example>' },
    });
    expect(mail?.to).toMatchObject({ text: email });
    const token = tokenIn({ text: mail?.text ?? '' });
    expect(mail?.text).toContain(LINK_TEMPLATE.replace('{token}', token));
    expect(mail?.html).toContain(LINK_TEMPLATE.replace('{token}', token));
    expect(await delivery(email)).toMatchObject({
      status: 'SENT',
      attempts: 1,
      lastError: null,
      sentAt: expect.any(String),
    });
    const person = await insertUser(world, email);
    const options = { token: await insertPersonalAccessToken(world.db, person, 'x') };
    expect(
      (await world.query(AcceptInvitationDocument, { input: { token } }, options)).data
        ?.acceptInvitation?.__typename,
    ).toBe('AcceptInvitationPayload');
  });

  it('is tried again when the server refuses for now, with the reason to be read meanwhile', async () => {
    let busy = true;
    const server = await startServer(() =>
      busy ? Object.assign(new Error('try later'), { responseCode: 451 }) : undefined,
    );
    const { email } = await invite();
    await runJobs(world, mailerTo(server.url));
    expect(await delivery(email)).toEqual({
      status: 'QUEUED',
      attempts: 1,
      lastError: expect.stringContaining('451 try later'),
      sentAt: null,
    });
    const [job] = await world.rows(
      sql<{
        wait: number;
      }>`select extract(epoch from run_at - now())::float8 as wait from graphile_worker.jobs`,
    );
    expect(job?.wait).toBeGreaterThan(1);
    busy = false;
    await runJobs(world, mailerTo(server.url));
    expect(await delivery(email)).toMatchObject({ status: 'SENT', attempts: 2, lastError: null });
    expect(server.received).toHaveLength(1);
  });

  it('is given up when the server refuses for good', async () => {
    const server = await startServer(() =>
      Object.assign(new Error('no such user'), { responseCode: 550 }),
    );
    const { id, email } = await invite();
    await runJobs(world, mailerTo(server.url));
    expect(await delivery(email)).toEqual({
      status: 'FAILED',
      attempts: 1,
      lastError: expect.stringContaining('550 no such user'),
      sentAt: null,
    });
    expect(await world.rows(sql`select from graphile_worker.jobs`)).toEqual([]);
    await world.query(ResendInvitationDocument, { input: { id } }, { as: 'key@north' });
    expect(await delivery(email)).toEqual({
      status: 'QUEUED',
      attempts: 0,
      lastError: null,
      sentAt: null,
    });
    const healthy = await startServer();
    await runJobs(world, mailerTo(healthy.url));
    expect(await delivery(email)).toMatchObject({ status: 'SENT', attempts: 1 });
  });

  it('is given up after the last attempt', async () => {
    const server = await startServer(() =>
      Object.assign(new Error('still busy'), { responseCode: 451 }),
    );
    const { email } = await invite();
    // A job may still be locked by the run before; then a run finds nothing.
    for (
      let run = 1;
      run <= 40 && ((await delivery(email)) as { status: string }).status === 'QUEUED';
      run++
    )
      await runJobs(world, mailerTo(server.url));
    expect(await delivery(email)).toMatchObject({
      status: 'FAILED',
      attempts: 10,
      lastError: expect.stringContaining('still busy'),
    });
    await runJobs(world, mailerTo(server.url));
    expect(await delivery(email)).toMatchObject({ attempts: 10 });
    await sql`delete from graphile_worker._private_jobs`.execute(world.db);
  });

  it('waits when the server is slow or gone, and tells nothing of where it stands', async () => {
    const { email } = await invite();
    const silent = await startSilentServer();
    await runJobs(world, mailerTo(silent));
    expect(await delivery(email)).toMatchObject({
      status: 'QUEUED',
      attempts: 1,
      lastError: 'The mail server took too long to answer.',
    });
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await runJobs(world, mailerTo(`smtp://127.0.0.1:${port}`));
    expect(await delivery(email)).toMatchObject({
      status: 'QUEUED',
      attempts: 2,
      lastError: 'The mail server could not be reached.',
    });
    const healthy = await startServer();
    await runJobs(world, mailerTo(healthy.url));
    expect(await delivery(email)).toMatchObject({ status: 'SENT', attempts: 3, lastError: null });
  });

  it('of an earlier round says nothing about a later one', async () => {
    const { id, email } = await invite();
    const server = await startServer();
    const sending = createMailer(
      { smtpUrl: server.url, from: 'a@b.example', folder: '/nowhere' },
      createLogger('silent'),
    );
    const tokens: string[] = [];
    // While the first mail is on its way, somebody sends the invitation anew; the second may overtake the first.
    const mailer = async (message: Message): Promise<void> => {
      tokens.push(tokenIn(message));
      if (tokens.length === 1)
        await world.query(ResendInvitationDocument, { input: { id } }, { as: 'key@north' });
      await sending(message);
    };
    await runJobs(world, mailer);
    await runJobs(world, mailer);
    expect(server.received).toHaveLength(2);
    const [early, late] = tokens;
    expect(await delivery(email)).toMatchObject({ status: 'SENT', attempts: 1 });
    const person = await insertUser(world, email);
    const options = { token: await insertPersonalAccessToken(world.db, person, 'x') };
    const accept = async (token = '') =>
      (await world.query(AcceptInvitationDocument, { input: { token } }, options)).data
        ?.acceptInvitation?.__typename;
    expect(await accept(early)).toBe('InvitationInvalidError');
    expect(await accept(late)).toBe('AcceptInvitationPayload');
  });

  it('is not sent by a job that was left over from an earlier round', async () => {
    const { id, email } = await invite();
    const server = await startServer();
    await world.query(ResendInvitationDocument, { input: { id } }, { as: 'key@north' });
    const payload = JSON.stringify({ invitationId: parseId(id)?.uuid, round: 1 });
    await sql`select graphile_worker.add_job('deliver_invitation', ${payload}::json)`.execute(
      world.db,
    );
    await runJobs(world, mailerTo(server.url));
    expect(server.received).toHaveLength(1);
    expect(await delivery(email)).toMatchObject({ status: 'SENT', attempts: 1 });
  });

  it('without a server becomes a file that only its owner reads, with the link whole in it', async () => {
    const folder = path.join(await mkdtemp(path.join(tmpdir(), 'banyan-mail-')), 'mail');
    await invite();
    await runJobs(
      world,
      createMailer(
        { smtpUrl: undefined, from: 'Banyan <a@b.example>', folder },
        createLogger('silent'),
      ),
    );
    const [file, ...others] = await readdir(folder);
    expect(others).toEqual([]);
    const source = await readFile(path.join(folder, file ?? ''), 'utf8');
    expect(source).toMatch(/https:\/\/front\.example\/join\/inv_[\w-]{48}\r?\n/);
    expect((await stat(path.join(folder, file ?? ''))).mode & 0o077).toBe(0);
    expect((await simpleParser(source)).html).toContain('https://front.example/join/inv_');
  });
});

describe('what a mail says', () => {
  it('cannot be made to say something else by names', () => {
    const message = invitationMessage(
      {
        name: 'x',
        to: 'a@b.example',
        token: 'inv_x',
        organizationName: '<script>alert("x")</script> & Söhne',
        roleNames: ['<b>'],
        expiresAt: new Date('2026-12-01T00:00:00Z'),
      },
      LINK_TEMPLATE,
    );
    expect(message.html).not.toContain('<script>');
    expect(message.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; Söhne');
  });

  it('has the token in the link where the template says, or as a parameter', () => {
    expect(invitationLink('https://x.example/a/{token}/b', 'inv_1')).toBe(
      'https://x.example/a/inv_1/b',
    );
    expect(invitationLink('https://x.example/join?lang=de', 'inv_1')).toBe(
      'https://x.example/join?lang=de&token=inv_1',
    );
  });
});
