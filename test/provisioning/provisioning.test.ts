import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseId } from '../../src/values/ids.ts';
import { localProvider } from '../../src/modules/provisioning/local.ts';
import { addPhoneNumbers } from '../../src/modules/provisioning/phone-numbers.ts';
import {
  LOCAL_PROVISIONING,
  makeProviders,
  type ProvisioningSettings,
} from '../../src/modules/provisioning/providers.ts';
import {
  CreateOrganizationDocument,
  DeleteOrganizationDocument,
  ProvisioningDocument,
  RetryProvisioningDocument,
} from '../generated/graphql.ts';
import { startListener, type Listener, type Reply } from '../setup/listener.ts';
import { runJobs } from '../setup/outbox.ts';
import { createWorld, payload, type World } from '../setup/world.ts';

const SECRET = 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMy';
const ok = (resourceId: string, more: object = {}): Reply => ({
  status: 200,
  body: JSON.stringify({ resourceId, ...more }),
});

let world: World;
let service: Listener;
beforeAll(async () => {
  world = await createWorld();
  service = await startListener(() => ok('made'));
});
afterAll(async () => {
  await world.close();
  await service.close();
});
afterEach(async () => {
  service.calls.length = 0;
  service.reply = () => ok('made');
  // What a test leaves unfinished is not for the next one.
  await sql`delete from graphile_worker._private_jobs`.execute(world.db);
  await sql`delete from provisioning_steps`.execute(world.db);
});

let made = 0;
async function create(): Promise<string> {
  const input = {
    name: 'Provisioned',
    slug: `provisioned-${++made}`,
    parentId: world.org('north'),
  };
  const answer = await world.query(CreateOrganizationDocument, { input }, { as: 'admin@north' });
  return payload(answer.data?.createOrganization, 'CreateOrganizationPayload').organization.id;
}
async function read(id: string) {
  const answer = await world.query(ProvisioningDocument, { id }, { as: 'admin@acme' });
  expect(answer.errors).toBeUndefined();
  return answer.data?.organization;
}
type StepName = keyof ProvisioningSettings['steps'];
const step = async (id: string, name: StepName) =>
  (await read(id))?.provisioning?.steps.find((one) => one.name === name);
const retry = async (organizationId: string) =>
  payload(
    (
      await world.query(
        RetryProvisioningDocument,
        { input: { organizationId } },
        { as: 'admin@north' },
      )
    ).data?.retryProvisioning,
    'RetryProvisioningPayload',
  );
const stock = (...numbers: string[]) => addPhoneNumbers(world.db, numbers);
/** Does the jobs with the webhook for some steps. */
const runWithWebhook = (steps: readonly StepName[], timeoutMs = 2_000) =>
  runJobs(world, undefined, {
    providers: makeProviders(world.db, {
      steps: {
        ...LOCAL_PROVISIONING.steps,
        ...Object.fromEntries(steps.map((name) => [name, 'webhook'])),
      },
      webhook: { url: `${service.url}/hooks`, secret: SECRET, timeoutMs },
      stripe: undefined,
    }),
  });

describe('provisioning with the local provider', () => {
  it('plans five steps with the organization, and makes real rows of each', async () => {
    await stock('+12025550100');
    const id = await create();
    const before = await read(id);
    expect(before?.provisioning).toMatchObject({ status: 'PENDING' });
    expect(
      before?.provisioning?.steps.map(({ name, status, attempts }) => [name, status, attempts]),
    ).toEqual([
      ['IDENTITY', 'PENDING', 0],
      ['BILLING', 'PENDING', 0],
      ['TELEPHONY', 'PENDING', 0],
      ['PHONE_NUMBER', 'PENDING', 0],
      ['KNOWLEDGE_BASE', 'PENDING', 0],
    ]);
    expect(before?.limits?.concurrency).toEqual({ limit: 0, inUse: 0 });
    await runJobs(world);
    const after = await read(id);
    expect(after?.provisioning?.status).toBe('READY');
    for (const one of after?.provisioning?.steps ?? []) {
      expect(one).toMatchObject({ status: 'DONE', attempts: 1, error: null });
      expect(one.finishedAt).not.toBeNull();
      expect(one.resourceId).not.toBeNull();
    }
    expect(after?.billing).toMatchObject({
      plan: 'free',
      status: 'active',
      email: 'admin@north.example',
    });
    expect(after?.billing?.customerId).not.toBeNull();
    expect(after?.billing?.subscriptionId).not.toBeNull();
    expect(after?.limits?.concurrency).toEqual({ limit: 1, inUse: 0 });
    expect(after?.inventory).toEqual({
      agents: 0,
      phoneNumbers: 1,
      webWidgets: 0,
      knowledgeBases: 1,
      telephonyTrunks: 1,
    });
    expect((await step(id, 'PHONE_NUMBER'))?.resourceId).toBe('+12025550100');
  });

  it('without a number in the pool fails that step alone, says why, and goes on when there is one', async () => {
    const [first, second] = [await create(), await create()];
    await runJobs(world);
    for (const id of [first, second]) {
      expect((await read(id))?.provisioning?.status).toBe('FAILED');
      expect(await step(id, 'PHONE_NUMBER')).toMatchObject({
        status: 'FAILED',
        attempts: 1,
        error: 'The pool of phone numbers is empty.',
      });
      expect(await step(id, 'KNOWLEDGE_BASE')).toMatchObject({ status: 'DONE' });
    }
    // One number comes: the organization that has waited longest gets it.
    expect(await stock('+12025550101')).toEqual({ added: 1, known: 0, restarted: 1 });
    await runJobs(world);
    expect(await step(first, 'PHONE_NUMBER')).toMatchObject({
      status: 'DONE',
      attempts: 2,
      error: null,
      resourceId: '+12025550101',
    });
    expect(await step(second, 'PHONE_NUMBER')).toMatchObject({ status: 'FAILED' });
    await sql`insert into phone_numbers (number) values ('+12025550102')`.execute(world.db);
    expect((await retry(second)).organization.provisioning?.status).toBe('PENDING');
    await runJobs(world);
    expect((await read(second))?.provisioning?.status).toBe('READY');
    expect(await stock('+12025550101', '+12025550102')).toMatchObject({ added: 0, known: 2 });
  });

  it('gives each number once, whoever asks at the same time', async () => {
    const numbers = Array.from({ length: 30 }, (_, n) => `+120255502${String(n).padStart(2, '0')}`);
    await stock(...numbers);
    const wanted = [];
    for (let n = 0; n < 40; n++) wanted.push(await create());
    const provider = localProvider(world.db);
    const asked = await Promise.allSettled(
      wanted.map((id) =>
        provider({
          step: 'PHONE_NUMBER',
          organization: { id: parseId(id)?.uuid ?? '', slug: '', name: '', kind: 'CUSTOMER' },
          idempotencyKey: id,
          billingEmail: null,
          resourceId: null,
          keep: () => Promise.resolve(),
        }),
      ),
    );
    expect(
      asked.flatMap((one) => (one.status === 'fulfilled' ? one.value.resourceId : [])).toSorted(),
    ).toEqual(numbers);
    const refused = asked.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(new Set(refused)).toEqual(new Set(['Error: The pool of phone numbers is empty.']));
  });

  it('does a step again after a crash in its middle without a second effect', async () => {
    await stock('+12025550103', '+12025550190');
    const id = await create();
    // As a killed worker leaves them: begun, the number taken, and nothing said of it.
    await sql`update provisioning_steps set status = 'RUNNING', attempts = 1 where organization_public_id(organization_id) = ${id}`.execute(
      world.db,
    );
    await sql`insert into assigned_phone_numbers (number, organization_id)
      select '+12025550103', id from organizations where organization_public_id(id) = ${id}`.execute(
      world.db,
    );
    await runJobs(world);
    expect((await read(id))?.provisioning?.status).toBe('READY');
    expect(await step(id, 'PHONE_NUMBER')).toMatchObject({
      attempts: 2,
      resourceId: '+12025550103',
    });
    expect((await read(id))?.inventory).toMatchObject({
      phoneNumbers: 1,
      telephonyTrunks: 1,
      knowledgeBases: 1,
    });
  });

  it('leaves what is done alone when it is started again, and stops with the deletion of the organization', async () => {
    await stock('+12025550104');
    const id = await create();
    await runJobs(world);
    const before = await read(id);
    await retry(id);
    await runJobs(world);
    expect(await read(id)).toEqual(before);
    const gone = await create();
    await world.query(DeleteOrganizationDocument, { input: { id: gone } }, { as: 'key@north' });
    await runJobs(world);
    expect(
      await world.rows(
        sql`select from provisioning_steps s where organization_public_id(s.organization_id) = ${gone} and s.status <> 'PENDING'`,
      ),
    ).toEqual([]);
  });

  it('makes up the steps of an organization that had none', async () => {
    await stock('+12025550105');
    await retry(world.org('shop-2'));
    await runJobs(world);
    expect((await read(world.org('shop-2')))?.provisioning?.status).toBe('READY');
  });
});

describe('provisioning with a webhook', () => {
  it('sends a signed request that its receiver can verify, and keeps what it answers', async () => {
    const id = await create();
    service.reply = (call) =>
      JSON.parse(call.body).type === 'provisioning.billing'
        ? ok('cus_9', {
            plan: 'starter',
            status: 'trialing',
            customerId: 'cus_9',
            subscriptionId: 'sub_9',
          })
        : ok('identity-7');
    await runWithWebhook(['IDENTITY', 'BILLING']);
    expect(service.calls).toHaveLength(2);
    for (const { method, path, headers, body } of service.calls) {
      expect({ method, path }).toEqual({ method: 'POST', path: '/hooks' });
      const message = new Webhook(SECRET).verify(body, headers as Record<string, string>) as {
        type: string;
        data: { step: string; organization: { id: string } };
      };
      expect(message.data.organization).toMatchObject({
        id,
        name: 'Provisioned',
        kind: 'CUSTOMER',
      });
      expect(message.type).toBe(`provisioning.${message.data.step.toLowerCase()}`);
      expect(headers['idempotency-key']).toBe(headers['webhook-id']);
      expect(() =>
        new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>),
      ).toThrow();
    }
    expect((await read(id))?.billing).toMatchObject({
      plan: 'starter',
      status: 'trialing',
      customerId: 'cus_9',
      subscriptionId: 'sub_9',
    });
    expect((await step(id, 'IDENTITY'))?.resourceId).toBe('identity-7');
  });

  it('tries again what may go well later, under the same key, and gives up after ten times', async () => {
    const id = await create();
    const failures: [Reply, string][] = [
      [{ status: 500, body: '' }, 'The provider answered with HTTP 500.'],
      [{ status: 429, body: '' }, 'The provider answered with HTTP 429.'],
      ['hang', 'The provider did not answer within 300 ms.'],
    ];
    for (const [reply, error] of failures) {
      service.reply = () => reply;
      // Short only where nothing comes: a busy machine may take a while to answer.
      await runWithWebhook(['IDENTITY'], reply === 'hang' ? 300 : undefined);
      expect(await step(id, 'IDENTITY')).toMatchObject({
        status: 'PENDING',
        error,
        finishedAt: null,
      });
    }
    const { url } = service;
    service.url = 'http://127.0.0.1:1';
    await runWithWebhook(['IDENTITY']);
    service.url = url;
    expect(await step(id, 'IDENTITY')).toMatchObject({
      status: 'PENDING',
      error: 'The provider could not be reached.',
    });
    service.reply = () => ({ status: 503, body: '' });
    for (let n = 5; n <= 10; n++) await runWithWebhook(['IDENTITY']);
    expect(await step(id, 'IDENTITY')).toMatchObject({ status: 'FAILED', attempts: 10 });
    expect(new Set(service.calls.map((call) => call.headers['idempotency-key'])).size).toBe(1);
    service.reply = () => ok('late');
    await retry(id);
    await runWithWebhook(['IDENTITY']);
    expect(await step(id, 'IDENTITY')).toMatchObject({
      status: 'DONE',
      resourceId: 'late',
      error: null,
    });
    // Nobody knows what became of the first ten, so the eleventh means the same effect.
    expect(new Set(service.calls.map((call) => call.headers['idempotency-key'])).size).toBe(1);
  });

  const refusals: [name: string, reply: Reply, error: string][] = [
    [
      'HTTP 400',
      { status: 400, body: '{"detail":"secret reason"}' },
      'The provider refused the step with HTTP 400.',
    ],
    [
      'a redirect',
      { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      'The provider refused the step with HTTP 302.',
    ],
    [
      'an answer without a resource',
      { status: 200, body: '{}' },
      "The provider's answer does not have the form { resourceId, … }.",
    ],
    [
      'an answer that is no JSON',
      { status: 200, body: '<html>' },
      "The provider's answer does not have the form { resourceId, … }.",
    ],
    [
      'an endless answer',
      { status: 200, body: 'x'.repeat(70_000) },
      "The provider's answer has more than 64000 bytes.",
    ],
  ];
  it.each(refusals)(
    'gives up at once on %s, and asks anew when it is started again',
    async (_name, reply, error) => {
      const id = await create();
      service.reply = () => reply;
      await runWithWebhook(['TELEPHONY']);
      expect(await step(id, 'TELEPHONY')).toMatchObject({ status: 'FAILED', attempts: 1, error });
      expect((await read(id))?.limits?.concurrency.limit).toBe(0);
      service.reply = () => ok('trunk-1');
      await retry(id);
      await runWithWebhook(['TELEPHONY']);
      expect(await step(id, 'TELEPHONY')).toMatchObject({
        status: 'DONE',
        attempts: 2,
        resourceId: 'trunk-1',
      });
      expect(new Set(service.calls.map((call) => call.headers['idempotency-key'])).size).toBe(2);
    },
  );
});

describe('billing with Stripe', () => {
  const runWithStripe = () =>
    runJobs(world, undefined, {
      providers: makeProviders(world.db, {
        steps: { ...LOCAL_PROVISIONING.steps, BILLING: 'stripe' },
        webhook: undefined,
        stripe: {
          apiKey: 'sk_test_1',
          priceId: 'price_free',
          apiUrl: service.url,
          timeoutMs: 2_000,
        },
      }),
    });
  const stripeError = (status: number, type: string, code: string): Reply => ({
    status,
    body: JSON.stringify({ error: { type, code, message: 'internal detail' } }),
  });

  it('makes a customer and a subscription to the free price, each once', async () => {
    const id = await create();
    service.reply = ({ path }) =>
      path === '/v1/customers'
        ? { status: 200, body: '{"id":"cus_1","object":"customer"}' }
        : { status: 200, body: '{"id":"sub_1","object":"subscription","status":"active"}' };
    await runWithStripe();
    expect(service.calls.map((call) => call.path)).toEqual(['/v1/customers', '/v1/subscriptions']);
    const [customer, subscription] = service.calls;
    expect(customer?.headers.authorization).toBe('Bearer sk_test_1');
    expect(Object.fromEntries(new URLSearchParams(customer?.body))).toEqual({
      name: 'Provisioned',
      email: 'admin@north.example',
      'metadata[organization]': id,
    });
    expect(Object.fromEntries(new URLSearchParams(subscription?.body))).toMatchObject({
      customer: 'cus_1',
      'items[0][price]': 'price_free',
    });
    expect(customer?.headers['idempotency-key']).toMatch(/-billing-1-customer$/);
    expect((await read(id))?.billing).toMatchObject({
      plan: 'free',
      status: 'active',
      customerId: 'cus_1',
      subscriptionId: 'sub_1',
    });
  });

  it('goes on with the customer that it has, whatever happens in between', async () => {
    const id = await create();
    const customers: Reply = { status: 200, body: '{"id":"cus_2","object":"customer"}' };
    service.reply = ({ path }) =>
      path === '/v1/customers' ? customers : stripeError(500, 'api_error', 'down');
    await runWithStripe();
    expect(await step(id, 'BILLING')).toMatchObject({
      status: 'PENDING',
      error: 'Stripe could not do the step: down.',
    });
    service.reply = ({ path }) =>
      path === '/v1/customers'
        ? customers
        : stripeError(400, 'invalid_request_error', 'resource_missing');
    await runWithStripe();
    expect(await step(id, 'BILLING')).toMatchObject({
      status: 'FAILED',
      error: 'Stripe refused the step: resource_missing.',
    });
    service.reply = () => ({
      status: 200,
      body: '{"id":"sub_2","object":"subscription","status":"active"}',
    });
    await retry(id);
    await runWithStripe();
    expect(await step(id, 'BILLING')).toMatchObject({ status: 'DONE', resourceId: 'cus_2' });
    expect(service.calls.filter((call) => call.path === '/v1/customers')).toHaveLength(1);
    const keys = service.calls
      .filter((call) => call.path === '/v1/subscriptions')
      .map((call) => call.headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });
});
