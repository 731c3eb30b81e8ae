/** Plans: the catalog, and changes of plan with each of the billing providers. */
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  LOCAL_PROVISIONING,
  makeProviders,
  type ProvisioningSettings,
} from '../../src/modules/provisioning/providers.ts';
import {
  ChangePlanDocument,
  DeleteOrganizationDocument,
  PlanOfDocument,
  PlansDocument,
  RestoreOrganizationDocument,
  type ChangePlanInput,
} from '../generated/graphql.ts';
import { startListener, type Call, type Listener, type Reply } from '../setup/listener.ts';
import { runJobs } from '../setup/outbox.ts';
import {
  code,
  createWorld,
  insertKey,
  payload,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

const SECRET = 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMy';

let world: World;
let service: Listener;
/** What became of each query that could have been one statement. */
let executions: string[] = [];
beforeAll(async () => {
  world = await createWorld({
    onOutcome: (outcome) => void executions.push('data' in outcome ? 'compiled' : outcome.fall),
  });
  service = await startListener(() => ({ status: 200, body: '{}' }));
  await sql`insert into plans (key, name, description, max_calls, price_id, position) values
    ('team', 'Team', 'For one location.', 5, 'price_team', 2),
    ('agency', 'Agency', null, 25, 'price_agency', 3),
    ('gratis', 'Gratis', null, 2, null, 4)`.execute(world.db);
});
afterAll(async () => {
  await world.close();
  await service.close();
});
afterEach(async () => {
  service.calls.length = 0;
  service.reply = () => ({ status: 200, body: '{}' });
  await sql`delete from graphile_worker._private_jobs`.execute(world.db);
});

let made = 0;
/** An organization below north with a billing account, on the free plan. */
async function subscriber(account = 'active'): Promise<string> {
  const [row] = await world.rows(sql<{ id: string }>`
    with made as (
      insert into organizations (slug, name, parent_id) values (${`plan-${++made}`}, 'Subscriber', ${world.uuid('north')})
      returning id
    ),
    billed as (
      insert into billing_accounts (organization_id, status, customer_id, subscription_id)
      select id, ${account}, 'cus_1', 'sub_1' from made
    ),
    limited as (insert into concurrency_limits (organization_id, max_calls) select id, 1 from made)
    select organization_public_id(id) as id from made`);
  return row?.id ?? '';
}

const change = (
  organizationId: string,
  plan: string,
  more: Partial<ChangePlanInput> = {},
  options: RequestOptions = { as: 'admin@north' },
) => world.query(ChangePlanDocument, { input: { organizationId, plan, ...more } }, options);

async function planOf(id: string) {
  executions = [];
  const answer = await world.query(PlanOfDocument, { id }, { as: 'admin@acme' });
  expect(answer.errors).toBeUndefined();
  expect(executions).toEqual(['compiled']);
  return answer.data?.organization;
}

const run = (settings: Partial<ProvisioningSettings> = {}) =>
  runJobs(world, undefined, {
    providers: makeProviders(world.db, { ...LOCAL_PROVISIONING, ...settings }),
  });
const runWithStripe = (apiUrl = service.url) =>
  run({
    steps: { ...LOCAL_PROVISIONING.steps, BILLING: 'stripe' },
    stripe: { apiKey: 'sk_test_1', priceId: 'price_free', apiUrl, timeoutMs: 2_000 },
  });
const runWithWebhook = () =>
  run({
    steps: { ...LOCAL_PROVISIONING.steps, BILLING: 'webhook' },
    webhook: { url: `${service.url}/hooks`, secret: SECRET, timeoutMs: 2_000 },
  });

describe('The catalog of plans', () => {
  it('is shown in its order to whoever acts in an organization, without the prices of the provider', async () => {
    executions = [];
    const { data } = await world.query(PlansDocument, {}, { as: 'viewer@north' });
    expect(executions).toEqual(['compiled']);
    expect(data?.plans).toEqual([
      { key: 'free', name: 'Free', description: null, maxConcurrentCalls: 1 },
      { key: 'team', name: 'Team', description: 'For one location.', maxConcurrentCalls: 5 },
      { key: 'agency', name: 'Agency', description: null, maxConcurrentCalls: 25 },
      { key: 'gratis', name: 'Gratis', description: null, maxConcurrentCalls: 2 },
    ]);
    const stranger = await world.query(
      PlansDocument,
      {},
      { as: 'viewer@north', organization: null },
    );
    expect(code(stranger)).toBe('ORGANIZATION_REQUIRED');
  });
});

describe('A change of plan', () => {
  it('is asked for, made afterwards, and brings the limits of the plan with it', async () => {
    const id = await subscriber();
    const asked = payload((await change(id, 'team')).data?.changePlan, 'ChangePlanPayload');
    expect(asked.organization).toMatchObject({
      id,
      version: 2,
      billing: { plan: 'free', planChange: { plan: 'team', status: 'PENDING' } },
    });
    expect((await planOf(id))?.limits?.concurrency).toEqual({ limit: 1, inUse: 0 });
    await run();
    const after = await planOf(id);
    expect(after).toMatchObject({
      version: 2,
      billing: {
        plan: 'team',
        status: 'active',
        subscriptionId: 'sub_1',
        planChange: { plan: 'team', status: 'DONE', error: null },
      },
      limits: { concurrency: { limit: 5, inUse: 0 } },
    });
    expect(after?.billing?.planChange?.finishedAt).not.toBeNull();
    // And back.
    payload(
      (await change(id, 'free', { expectedVersion: 2 })).data?.changePlan,
      'ChangePlanPayload',
    );
    await run();
    expect(await planOf(id)).toMatchObject({
      version: 3,
      billing: { plan: 'free' },
      limits: { concurrency: { limit: 1 } },
    });
  });

  it('to the plan that the organization is on changes nothing', async () => {
    const id = await subscriber();
    const { organization } = payload(
      (await change(id, 'free')).data?.changePlan,
      'ChangePlanPayload',
    );
    expect(organization).toMatchObject({ version: 1, billing: { planChange: null } });
    await runWithStripe();
    expect(service.calls).toEqual([]);
  });

  it('is refused while more is in use than the plan allows', async () => {
    const id = await subscriber();
    const use = (calls: number) =>
      sql`update concurrency_limits set calls_in_use = ${calls} where organization_public_id(organization_id) = ${id}`.execute(
        world.db,
      );
    await use(6);
    expect((await change(id, 'team')).data?.changePlan).toMatchObject({
      __typename: 'PlanLimitError',
      code: 'PLAN_LIMIT',
      limit: 'CONCURRENCY',
      allowed: 5,
      inUse: 6,
    });
    expect((await planOf(id))?.billing?.planChange).toBeNull();
    await use(5);
    payload((await change(id, 'team')).data?.changePlan, 'ChangePlanPayload');
  });

  it('is refused while another one is under way, and before there is a billing account', async () => {
    const id = await subscriber();
    payload((await change(id, 'team')).data?.changePlan, 'ChangePlanPayload');
    expect((await change(id, 'agency')).data?.changePlan).toMatchObject({
      __typename: 'PlanChangePendingError',
      plan: 'team',
    });
    await run();
    expect(await planOf(id)).toMatchObject({ version: 2, billing: { plan: 'team' } });
    const pending = await subscriber('pending');
    expect((await change(pending, 'team')).data?.changePlan).toMatchObject({
      __typename: 'BillingNotReadyError',
      code: 'BILLING_NOT_READY',
    });
    expect((await change(world.org('shop-2'), 'team')).data?.changePlan).toMatchObject({
      code: 'BILLING_NOT_READY',
    });
  });

  it('is refused for a plan that the catalog does not have, and for another version', async () => {
    const id = await subscriber();
    for (const plan of ['nonsense', '', 'Team', 'x'.repeat(100_000)]) {
      const answer = await change(id, plan);
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'plan',
        bound: 'must be the key of a plan (see Query.plans)',
      });
    }
    expect((await change(id, 'team', { expectedVersion: 7 })).data?.changePlan).toMatchObject({
      __typename: 'VersionConflictError',
      currentVersion: 1,
    });
  });

  /** Gives one of the organizations of the world a billing account. */
  const subscribe = (slug: Slug) =>
    sql`insert into billing_accounts (organization_id, status) values (${world.uuid(slug)}, 'active')`.execute(
      world.db,
    );

  it('requires billing:manage, and nobody elsewhere learns of the organization', async () => {
    await subscribe('depot');
    const id = world.org('depot');
    const settings = await insertKey(world, 'depot', ['organizations:manage']);
    expect(code(await change(id, 'team', {}, { token: settings }))).toBe('FORBIDDEN');
    const above = await insertKey(world, 'south', ['billing:manage']);
    expect(code(await change(id, 'team', {}, { token: above }))).toBe('NOT_FOUND');
    expect(code(await change(id, 'team', {}, { as: 'admin@north' }))).toBe('NOT_FOUND');
    expect((await planOf(id))?.billing?.planChange).toBeNull();
    const billing = await insertKey(world, 'depot', ['billing:manage']);
    const changed = await change(id, 'team', {}, { token: billing });
    payload(changed.data?.changePlan, 'ChangePlanPayload');
  });

  it('stands in the audit log, and says which plan to those who may see the bill', async () => {
    await subscribe('kiosk');
    await change(world.org('kiosk'), 'agency');
    const log = async (...scopes: string[]) => {
      const answer = await world.ask<{
        organization: {
          auditLog: { nodes: { action: string; before: unknown; after: unknown }[] };
        };
      }>('{ organization { auditLog(first: 1) { nodes { action before after } } } }', {
        token: await insertKey(world, 'kiosk', ['audit:read', ...scopes]),
      });
      return answer.data?.organization.auditLog.nodes[0];
    };
    expect(await log('billing:manage')).toEqual({
      action: 'changePlan',
      before: { plan: 'free' },
      after: { plan: 'agency' },
    });
    const other = await log('organizations:manage');
    expect(other?.action).toBe('changePlan');
    expect(JSON.stringify(other)).not.toContain('agency');
  });

  it('of an organization that was deleted is given up, and can be asked for again', async () => {
    const id = await subscriber();
    await change(id, 'team');
    await world.query(DeleteOrganizationDocument, { input: { id } }, { as: 'key@north' });
    await runWithStripe();
    expect(service.calls).toEqual([]);
    await world.query(RestoreOrganizationDocument, { input: { id } }, { as: 'key@north' });
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'free',
      planChange: { status: 'FAILED', error: 'The organization was deleted.' },
    });
    payload((await change(id, 'team')).data?.changePlan, 'ChangePlanPayload');
    await run();
    expect((await planOf(id))?.billing?.plan).toBe('team');
  });

  it('decides about the calls of an organization whose telephony comes later', async () => {
    const id = await subscriber();
    await sql`insert into provisioning_steps (organization_id, name, status)
      select id, 'BILLING', 'DONE' from organizations where organization_public_id(id) = ${id}`.execute(
      world.db,
    );
    await sql`delete from concurrency_limits where organization_public_id(organization_id) = ${id}`.execute(
      world.db,
    );
    await change(id, 'agency');
    await run();
    expect((await planOf(id))?.limits?.concurrency.limit).toBe(0);
    await world.ask(
      'mutation ($input: RetryProvisioningInput!) { retryProvisioning(input: $input) { __typename } }',
      { as: 'admin@north' },
      { input: { organizationId: id } },
    );
    await run();
    expect((await planOf(id))?.limits?.concurrency.limit).toBe(25);
  });
});

describe('A change of plan that a provider answers', () => {
  it('when it is not the current one any more takes no effect', async () => {
    const id = await subscriber();
    await change(id, 'team');
    const providers = makeProviders(world.db, LOCAL_PROVISIONING);
    await runJobs(world, undefined, {
      providers: {
        ...providers,
        async changePlan() {
          await sql`update plan_changes set round = round + 1 where organization_public_id(organization_id) = ${id}`.execute(
            world.db,
          );
          return { status: 'late', subscriptionId: 'sub_late' };
        },
      },
    });
    expect(await planOf(id)).toMatchObject({
      billing: {
        plan: 'free',
        status: 'active',
        subscriptionId: 'sub_1',
        planChange: { status: 'PENDING' },
      },
      limits: { concurrency: { limit: 1 } },
    });
  });
});

describe('A change of plan with Stripe', () => {
  const subscription = (items: string[], status = 'active'): Reply => ({
    status: 200,
    body: JSON.stringify({
      id: 'sub_1',
      object: 'subscription',
      status,
      items: { object: 'list', data: items.map((id) => ({ id, object: 'subscription_item' })) },
    }),
  });
  const stripeError = (status: number, type: string, problem: string): Reply => ({
    status,
    body: JSON.stringify({ error: { type, code: problem, message: 'internal detail' } }),
  });
  const updates = () => service.calls.filter(({ method }) => method === 'POST');

  it('gives the subscription the price of the plan, with proration', async () => {
    const id = await subscriber();
    await change(id, 'team');
    service.reply = ({ method }) =>
      subscription(['si_1'], method === 'POST' ? 'past_due' : 'active');
    await runWithStripe();
    expect(service.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/subscriptions/sub_1',
      'POST /v1/subscriptions/sub_1',
    ]);
    const [update] = updates();
    expect(update?.headers.authorization).toBe('Bearer sk_test_1');
    expect(Object.fromEntries(new URLSearchParams(update?.body))).toEqual({
      'items[0][id]': 'si_1',
      'items[0][price]': 'price_team',
      proration_behavior: 'create_prorations',
    });
    expect(update?.headers['idempotency-key']).toMatch(/^plan-.*-1$/);
    expect(await planOf(id)).toMatchObject({
      billing: { plan: 'team', status: 'past_due', subscriptionId: 'sub_1' },
      limits: { concurrency: { limit: 5 } },
    });
    await change(id, 'free');
    await runWithStripe();
    expect(new URLSearchParams(updates()[1]?.body).get('items[0][price]')).toBe('price_free');
    expect(updates()[1]?.headers['idempotency-key']).toMatch(/^plan-.*-2$/);
  });

  it('is tried again under the same key where Stripe could not make it, and given up after ten times', async () => {
    const id = await subscriber();
    await change(id, 'team');
    service.reply = ({ method }) =>
      method === 'POST' ? stripeError(500, 'api_error', 'down') : subscription(['si_1']);
    await runWithStripe();
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'free',
      planChange: { status: 'PENDING', error: 'Stripe could not make the change: down.' },
    });
    await runWithStripe('http://127.0.0.1:1');
    for (let n = 3; n <= 10; n++) await runWithStripe();
    expect(new Set(updates().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(updates()).toHaveLength(9);
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'free',
      planChange: { status: 'FAILED', error: 'Stripe could not make the change: down.' },
    });
    expect((await planOf(id))?.limits?.concurrency.limit).toBe(1);
    service.reply = () => subscription(['si_1']);
    payload((await change(id, 'team')).data?.changePlan, 'ChangePlanPayload');
    await runWithStripe();
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'team',
      planChange: { status: 'DONE', error: null },
    });
  });

  const refusals: [what: string, plan: string, reply: (call: Call) => Reply, error: string][] = [
    [
      'a request that Stripe refuses',
      'team',
      () => stripeError(404, 'invalid_request_error', 'resource_missing'),
      'Stripe refused the change: resource_missing.',
    ],
    [
      'a subscription with several items',
      'team',
      () => subscription(['si_1', 'si_2']),
      'The subscription at Stripe does not have exactly one item.',
    ],
    [
      'a plan without a price',
      'gratis',
      () => subscription(['si_1']),
      'The plan has no price at Stripe.',
    ],
  ];
  it.each(refusals)('is given up at once on %s', async (_what, plan, reply, error) => {
    const id = await subscriber();
    await change(id, plan);
    service.reply = reply;
    await runWithStripe();
    expect(updates()).toEqual([]);
    expect(await planOf(id)).toMatchObject({
      billing: { plan: 'free', planChange: { status: 'FAILED', error } },
      limits: { concurrency: { limit: 1 } },
    });
  });

  it('is given up where there is no subscription', async () => {
    const id = await subscriber();
    await sql`update billing_accounts set subscription_id = null where organization_public_id(organization_id) = ${id}`.execute(
      world.db,
    );
    await change(id, 'team');
    await runWithStripe();
    expect(service.calls).toEqual([]);
    expect((await planOf(id))?.billing?.planChange?.error).toBe(
      'There is no subscription at Stripe.',
    );
  });
});

describe('A change of plan with a webhook', () => {
  it('is a signed call of its own, whose answer may say more', async () => {
    const id = await subscriber();
    await change(id, 'agency');
    service.reply = () => ({
      status: 200,
      body: '{"status":"trialing","subscriptionId":"sub_2","more":1}',
    });
    await runWithWebhook();
    const [call, ...others] = service.calls;
    expect(others).toEqual([]);
    const message = new Webhook(SECRET).verify(
      call?.body ?? '',
      call?.headers as Record<string, string>,
    );
    expect(message).toMatchObject({
      type: 'billing.plan_change',
      data: {
        organization: { id, name: 'Subscriber', kind: 'CUSTOMER' },
        plan: 'agency',
        priceId: 'price_agency',
        customerId: 'cus_1',
        subscriptionId: 'sub_1',
      },
    });
    expect(call?.headers['idempotency-key']).toBe(call?.headers['webhook-id']);
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'agency',
      status: 'trialing',
      subscriptionId: 'sub_2',
    });
  });

  it('may be answered with an empty object, and is given up on what has no form', async () => {
    const id = await subscriber();
    await change(id, 'team');
    await runWithWebhook();
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'team',
      status: 'active',
      subscriptionId: 'sub_1',
    });
    await change(id, 'agency');
    service.reply = () => ({ status: 200, body: '{"status":7}' });
    await runWithWebhook();
    expect((await planOf(id))?.billing).toMatchObject({
      plan: 'team',
      planChange: {
        status: 'FAILED',
        error: "The provider's answer does not have the form { status, subscriptionId }.",
      },
    });
  });
});
