/** The portal of the billing provider, from a stand-in for Stripe. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MAIL_LIMITS } from '../setup/world.ts';
import { LOCAL_PROVISIONING, billingPortalOf } from '../../src/modules/provisioning/providers.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { OpenBillingPortalDocument } from '../generated/graphql.ts';
import { startListener, type Listener } from '../setup/listener.ts';
import {
  code,
  createWorld,
  gatewayOver,
  insertKey,
  payload,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

const SETTINGS = { invitationDays: 7, retentionDays: 30, mailLimits: MAIL_LIMITS };
const SESSION = {
  status: 200,
  body: '{"id":"bps_1","object":"billing_portal.session","url":"https://billing.example/session/1"}',
};

let world: World;
let service: Listener;
beforeAll(async () => {
  service = await startListener(() => SESSION);
  const stripe = {
    apiKey: 'sk_test_1',
    priceId: 'price_free',
    apiUrl: service.url,
    timeoutMs: 500,
  };
  const steps = { ...LOCAL_PROVISIONING.steps, BILLING: 'stripe' } as const;
  const billingPortal = billingPortalOf(
    { steps, stripe, webhook: undefined },
    createLogger('silent'),
  );
  world = await createWorld({ settings: { ...SETTINGS, billingPortal } });
  await sql`
    insert into billing_accounts (organization_id, status, customer_id)
    select id, case slug when 'south' then 'pending' else 'active' end, case slug when 'shop-1' then null else 'cus_' || slug end
    from organizations where slug in ('north', 'south', 'shop-1')`.execute(world.db);
});
afterAll(async () => {
  await world.close();
  await service.close();
});
afterEach(() => {
  service.calls.length = 0;
  service.reply = () => SESSION;
});

const link = (organizationId: string, options: RequestOptions, returnUrl?: string) =>
  world.query(OpenBillingPortalDocument, { input: { organizationId, returnUrl } }, options);

describe('The portal of the billing provider', () => {
  it('is opened by a session of the customer, which leads back to where the caller says', async () => {
    const { data } = await link(
      world.org('north'),
      { as: 'admin@acme' },
      'https://console.example/billing',
    );
    expect(payload(data?.openBillingPortal, 'OpenBillingPortalPayload').url).toBe(
      'https://billing.example/session/1',
    );
    const [call, ...others] = service.calls;
    expect(others).toEqual([]);
    expect(`${call?.method} ${call?.path}`).toBe('POST /v1/billing_portal/sessions');
    expect(call?.headers.authorization).toBe('Bearer sk_test_1');
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      customer: 'cus_north',
      return_url: 'https://console.example/billing',
    });
    await link(world.org('north'), { as: 'admin@north' });
    expect(Object.fromEntries(new URLSearchParams(service.calls[1]?.body))).toEqual({
      customer: 'cus_north',
    });
  });

  it('is for holders of billing:manage, and stands in the audit log without its address', async () => {
    const settings = await insertKey(world, 'north', ['organizations:manage']);
    expect(code(await link(world.org('north'), { token: settings }))).toBe('FORBIDDEN');
    expect(code(await link(world.org('north'), { as: 'admin@south' }))).toBe('NOT_FOUND');
    expect(service.calls).toEqual([]);
    const billing = await insertKey(world, 'north', ['billing:manage']);
    await link(world.org('north'), { token: billing });
    const events = await world.rows(
      sql<{ text: string }>`
        select to_jsonb(e)::text as text from audit_events e
        where action = 'openBillingPortal' order by id desc limit 1`,
    );
    expect(events[0]?.text).toContain('openBillingPortal');
    expect(events[0]?.text).not.toContain('billing.example');
  });

  it('is refused for an organization that is no customer yet', async () => {
    for (const slug of ['south', 'shop-1', 'depot'] as const)
      expect(
        (await link(world.org(slug), { as: 'admin@acme' })).data?.openBillingPortal,
      ).toMatchObject({ code: 'BILLING_NOT_READY' });
    expect(service.calls).toEqual([]);
  });

  it('is refused where the provider fails, without what it says', async () => {
    for (const reply of [
      { status: 400, body: '{"error":{"type":"invalid_request_error","message":"secret"}}' },
      { status: 500, body: 'secret' },
      'hang',
    ] as const) {
      service.reply = () => reply;
      const answer = await link(world.org('north'), { as: 'admin@north' });
      expect(answer.data?.openBillingPortal).toMatchObject({
        __typename: 'BillingPortalError',
        reason: 'PROVIDER_FAILED',
      });
      expect(answer.text).not.toContain('secret');
    }
  });

  it('is refused where the provider has no portal', async () => {
    expect(billingPortalOf(LOCAL_PROVISIONING, createLogger('silent'))).toBeUndefined();
    const gateway = gatewayOver(world.gatewayDb, { settings: SETTINGS });
    const ask = (organizationId: string) =>
      gateway.fetch('http://gateway/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${world.token('key@north')}`,
        },
        body: JSON.stringify({
          query: OpenBillingPortalDocument.toString(),
          variables: { input: { organizationId } },
        }),
      });
    expect(await (await ask(world.org('north'))).text()).toContain('"reason":"NOT_OFFERED"');
    expect(await (await ask(world.org('south'))).text()).toContain('"NOT_FOUND"');
  });

  it('leads back to addresses of the web only', async () => {
    for (const returnUrl of ['javascript:alert(1)', `https://x.example/${'a'.repeat(2_000)}`]) {
      const answer = await link(world.org('north'), { as: 'admin@north' }, returnUrl);
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'returnUrl',
      });
    }
    expect(service.calls).toEqual([]);
  });
});
