import { createSocket, type Socket } from 'node:dgram';
import { decode, encode } from 'dns-packet';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CreateOrganizationDocument,
  DomainDocument,
  UpdateOrganizationDocument,
} from '../generated/graphql.ts';
import { runJobs } from '../setup/outbox.ts';
import { code, createWorld, payload, type World } from '../setup/world.ts';

let world: World;
let dns: Socket;
let server = '';
/** What the DNS says of a name; null does not answer at all. */
const records = new Map<string, string[][] | null>();
const asked: string[] = [];
/** What happens between a question and its answer. */
let meanwhile = (): Promise<unknown> => Promise.resolve();

beforeAll(async () => {
  world = await createWorld();
  dns = createSocket('udp4');
  dns.on('message', (message, from) => {
    const { id, questions = [] } = decode(message);
    const [{ name, type } = { name: '', type: 'TXT' }] = questions;
    asked.push(`${type} ${name}`);
    const found = records.get(name);
    if (found === null) return;
    const answers = (found ?? []).map((parts) => ({
      type: 'TXT' as const,
      name,
      ttl: 1,
      data: parts,
    }));
    // Flag 3 is NXDOMAIN.
    const answer = encode({
      type: 'response',
      id,
      flags: 0x8180 | (found ? 0 : 3),
      questions,
      answers,
    });
    void meanwhile().then(() => dns.send(answer, from.port, from.address));
  });
  await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve));
  server = `127.0.0.1:${dns.address().port}`;
});
afterAll(async () => {
  dns.close();
  await world.close();
});

let made = 0;
async function create(domain: string): Promise<string> {
  const input = { name: 'Hosted', slug: `hosted-${++made}`, parentId: world.org('north'), domain };
  const answer = await world.query(CreateOrganizationDocument, { input }, { as: 'key@north' });
  return payload(answer.data?.createOrganization, 'CreateOrganizationPayload').organization.id;
}
const read = async (id: string) =>
  (await world.query(DomainDocument, { id }, { as: 'key@north' })).data?.organization;
const setDomain = async (id: string, domain: string | null) =>
  payload(
    (await world.query(UpdateOrganizationDocument, { input: { id, domain } }, { as: 'key@north' }))
      .data?.updateOrganization,
    'UpdateOrganizationPayload',
  );
const check = (pendingHours = 72) =>
  runJobs(world, undefined, { dnsServers: [server], pendingHours });
/** Lets the time of the next check come. */
async function checkAgain(pendingHours?: number): Promise<void> {
  await sql`update domain_verifications set next_check_at = now()`.execute(world.db);
  await sql`select graphile_worker.add_job('verify_due_domains', '{}')`.execute(world.db);
  await check(pendingHours);
}
async function setRecord(id: string, domain: string): Promise<void> {
  const { recordName = '', recordValue = '' } = (await read(id))?.domainVerification ?? {};
  expect(recordName).toBe(`_banyan-challenge.${domain}`);
  // Long records come in parts, and others may stand beside it.
  records.set(recordName, [['v=spf1 -all'], [recordValue.slice(0, 20), recordValue.slice(20)]]);
}

describe('a domain', () => {
  it('is pending with a challenge until the DNS holds the proof, and then verified', async () => {
    const id = await create('one.example');
    expect(await read(id)).toMatchObject({
      domain: 'one.example',
      domainSetupStatus: 'PENDING',
      domainVerification: { recordType: 'TXT', checkedAt: null, verifiedAt: null, problem: null },
    });
    await check();
    expect(asked).toContain('TXT _banyan-challenge.one.example');
    expect(await read(id)).toMatchObject({
      domainSetupStatus: 'PENDING',
      domainVerification: { problem: 'There is no such TXT record.' },
    });
    await setRecord(id, 'one.example');
    await checkAgain();
    const verified = await read(id);
    expect(verified).toMatchObject({
      domainSetupStatus: 'VERIFIED',
      version: 2,
      domainVerification: { problem: null },
    });
    expect(verified?.domainVerification?.verifiedAt).not.toBeNull();
  });

  it('fails when no proof comes in time, and recovers when it comes late', async () => {
    const id = await create('two.example');
    records.set('_banyan-challenge.two.example', [['banyan-verification=wrong']]);
    await check(0);
    expect(await read(id)).toMatchObject({
      domainSetupStatus: 'FAILED',
      domainVerification: { problem: 'The TXT record has a different value.' },
    });
    await setRecord(id, 'two.example');
    await checkAgain();
    expect(await read(id)).toMatchObject({ domainSetupStatus: 'VERIFIED' });
  });

  it('that was verified fails when the record is gone, but not because the DNS does not answer', async () => {
    const id = await create('three.example');
    await setRecord(id, 'three.example');
    await check();
    expect(await read(id)).toMatchObject({ domainSetupStatus: 'VERIFIED' });
    records.set('_banyan-challenge.three.example', null);
    await checkAgain();
    expect(await read(id)).toMatchObject({
      domainSetupStatus: 'VERIFIED',
      domainVerification: { problem: 'The DNS did not answer.' },
    });
    records.delete('_banyan-challenge.three.example');
    await checkAgain();
    expect(await read(id)).toMatchObject({ domainSetupStatus: 'FAILED' });
  }, 30_000);

  it('that is replaced begins anew with another challenge; the same one set again does not, and none ends it', async () => {
    const id = await create('four.example');
    await setRecord(id, 'four.example');
    await check();
    const before = await read(id);
    await setDomain(id, 'four.example');
    expect(await read(id)).toMatchObject({
      domainSetupStatus: 'VERIFIED',
      domainVerification: before?.domainVerification,
    });
    await setDomain(id, 'five.example');
    const after = await read(id);
    expect(after).toMatchObject({
      domain: 'five.example',
      domainSetupStatus: 'PENDING',
      domainVerification: { verifiedAt: null },
    });
    expect(after?.domainVerification?.recordValue).not.toBe(
      before?.domainVerification?.recordValue,
    );
    // The proof of the domain before is none for this one.
    records.set('_banyan-challenge.five.example', [
      [before?.domainVerification?.recordValue ?? ''],
    ]);
    await check(0);
    expect(await read(id)).toMatchObject({ domainSetupStatus: 'FAILED' });
    await setDomain(id, null);
    expect(await read(id)).toMatchObject({
      domain: null,
      domainSetupStatus: 'NOT_CONFIGURED',
      domainVerification: null,
    });
    await checkAgain();
    expect(await read(id)).toMatchObject({ domainSetupStatus: 'NOT_CONFIGURED' });
  });

  it('that is replaced while the DNS is asked about it gains nothing from the answer', async () => {
    const id = await create('eight.example');
    await setRecord(id, 'eight.example');
    meanwhile = () => setDomain(id, 'nine.example');
    await check();
    meanwhile = () => Promise.resolve();
    expect(await read(id)).toMatchObject({
      domain: 'nine.example',
      domainSetupStatus: 'PENDING',
      domainVerification: { verifiedAt: null },
    });
  });

  it('is looked at again on a schedule that grows to an hour while it is pending, and to a day after', async () => {
    const id = await create('six.example');
    const due = async () =>
      (
        await world.rows(
          sql<{
            minutes: number;
          }>`select round(extract(epoch from next_check_at - now()) / 60)::int as minutes from domain_verifications where organization_public_id(organization_id) = ${id}`,
        )
      )[0]?.minutes;
    const waitedFor = (hours: number) =>
      sql`update domain_verifications set requested_at = now() - make_interval(hours => ${hours}) where organization_public_id(organization_id) = ${id}`.execute(
        world.db,
      );
    await check();
    expect(await due()).toBe(1);
    await waitedFor(5);
    await checkAgain();
    expect(await due()).toBe(60);
    await waitedFor(73);
    await checkAgain();
    expect(await read(id)).toMatchObject({ domainSetupStatus: 'FAILED' });
    await checkAgain();
    expect(await due()).toBe(24 * 60);
  });

  it('is verified for one organization alone, also when two prove it at the same moment', async () => {
    const ids = [await create('shared.example'), await create('shared.example')];
    const values = await Promise.all(
      ids.map(async (id) => (await read(id))?.domainVerification?.recordValue ?? ''),
    );
    records.set(
      '_banyan-challenge.shared.example',
      values.map((value) => [value]),
    );
    await check();
    const states = await Promise.all(ids.map(read));
    const second = states.find((one) => one?.domainSetupStatus === 'PENDING');
    const first = states.find((one) => one?.domainSetupStatus === 'VERIFIED');
    expect(second?.domainVerification).toMatchObject({
      verifiedAt: null,
      problem: 'The TXT record is right, but the domain is verified for another organization.',
    });
    const [firstId = '', secondId = ''] = states[0] === first ? ids : ids.toReversed();
    await checkAgain(0);
    expect(await read(secondId)).toMatchObject({ domainSetupStatus: 'FAILED' });
    expect(await read(firstId)).toMatchObject({ domainSetupStatus: 'VERIFIED' });
    // The database holds it whatever the application does.
    await expect(
      sql`update organizations set domain_setup_status = 'VERIFIED' where organization_public_id(id) = ${secondId}`.execute(
        world.db,
      ),
    ).rejects.toMatchObject({ constraint: 'organizations_verified_domain' });
    // Once the first is deleted, the second can have it; restored, the first has to prove it again.
    const change = (name: string, input: object) =>
      world.ask(
        `mutation ($input: ${name}Input!) { ${name.charAt(0).toLowerCase()}${name.slice(1)}(input: $input) { __typename } }`,
        { as: 'key@north' },
        { input },
      );
    expect((await change('DeleteOrganization', { id: firstId })).text).toContain(
      'DeleteOrganizationPayload',
    );
    await checkAgain();
    expect(await read(secondId)).toMatchObject({
      domainSetupStatus: 'VERIFIED',
      domainVerification: { problem: null },
    });
    expect((await change('RestoreOrganization', { id: firstId })).text).toContain(
      'RestoreOrganizationPayload',
    );
    expect(await read(firstId)).toMatchObject({ domainSetupStatus: 'PENDING' });
  });

  it('shows its challenge to those who may change the organization', async () => {
    const id = await create('seven.example');
    const answer = await world.query(
      DomainDocument,
      { id: world.org('north') },
      { as: 'viewer@north' },
    );
    expect(code(answer)).toBe('FORBIDDEN');
    expect(
      (await world.query(DomainDocument, { id }, { as: 'admin@south' })).data?.organization,
    ).toBeNull();
  });
});
