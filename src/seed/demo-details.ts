/**
 * What each organization of the demonstration shows of itself: address, accounts, billing,
 * resources, provisioning.
 */
import type pg from 'pg';
import { copyRows, type Cell } from './copy.ts';
import type { Organization } from './demo-forest.ts';
import type { Random } from './random.ts';

const CITIES = [
  ['Hamburg', 'HH', '20095', 'DE'],
  ['Austin', 'TX', '73301', 'US'],
  ['Toronto', 'ON', 'M5H 2N2', 'CA'],
  ['Lyon', 'ARA', '69001', 'FR'],
  ['Porto', '13', '4000-322', 'PT'],
] as const;
const STEPS = ['IDENTITY', 'BILLING', 'TELEPHONY', 'PHONE_NUMBER', 'KNOWLEDGE_BASE'] as const;

/** Fills every table that belongs to one organization, besides people and usage. */
export async function seedDetails(
  client: pg.Client,
  organizations: readonly Organization[],
  random: Random,
  now: Date,
): Promise<void> {
  await copyRows(
    client,
    'organization_profiles',
    [
      'organization_id',
      'address_line1',
      'address_city',
      'address_state',
      'address_zip',
      'address_country',
      'invoice_owner',
      'logo_url',
      'primary_color',
      'secondary_color',
    ],
    organizations.map((o) => {
      const color = (): string => `#${random.below(0x100_0000).toString(16).padStart(6, '0')}`;
      return [
        o.id,
        `${1 + random.below(200)} Market Street`,
        ...random.pick(CITIES),
        random.pick(['PARTNER', 'END_CUSTOMER']),
        `https://assets.example/${o.slug}.svg`,
        color(),
        color(),
      ];
    }),
  );
  const partners = organizations.filter((o) => o.kind !== 'CUSTOMER');
  await copyRows(
    client,
    'marketplace_offers',
    ['organization_id', 'marketplace', 'url'],
    partners.flatMap((o) => [
      [o.id, 'AWS', `https://aws.example/offers/${o.slug}`],
      [o.id, 'AZURE', `https://azure.example/offers/${o.slug}`],
    ]),
  );
  await copyRows(
    client,
    'external_accounts',
    ['organization_id', 'system', 'account_id'],
    partners.flatMap((o, index) => [
      [o.id, 'zuora', `A-${10_000 + index}`],
      [o.id, 'salesforce', `001${String(index).padStart(12, '0')}AAA`],
    ]),
  );
  // The free plan is there from the start.
  await copyRows(
    client,
    'plans',
    ['key', 'name', 'description', 'max_calls', 'price_id', 'position'],
    [
      ['team', 'Team', 'For one location.', 5, 'price_team', 2],
      ['agency', 'Agency', 'For partners and everything below them.', 25, 'price_agency', 3],
    ],
  );
  await copyRows(
    client,
    'billing_accounts',
    ['organization_id', 'plan', 'status', 'email', 'customer_id', 'subscription_id'],
    organizations.map((o, index) => [
      o.id,
      o.parent ? 'free' : 'agency',
      'active',
      `billing@${o.domain ?? `${o.slug}.example`}`,
      `cus_${index}`,
      `sub_${index}`,
    ]),
  );
  await copyRows(
    client,
    'concurrency_limits',
    ['organization_id', 'max_calls', 'calls_in_use'],
    organizations.map((o) => [o.id, o.parent ? 1 + random.below(4) : 25, 0]),
  );
  await copyRows(
    client,
    'provisioning_steps',
    ['organization_id', 'name', 'status', 'attempts', 'error', 'finished_at', 'resource_id'],
    organizations.flatMap((o, index) =>
      STEPS.map((step): Cell[] => {
        // One organization shows what a failed step looks like.
        const failed = step === 'PHONE_NUMBER' && index === organizations.length - 30;
        return [
          o.id,
          step,
          failed ? 'FAILED' : 'DONE',
          failed ? 5 : 1,
          failed ? 'The pool of phone numbers is empty.' : null,
          new Date(o.createdAt.getTime() + 4_000),
          failed ? null : `local-${step.toLowerCase()}-${index}`,
        ];
      }),
    ),
  );
  // Numbers that are kept for fiction; the first organizations that are created get one.
  await copyRows(
    client,
    'phone_numbers',
    ['number'],
    Array.from({ length: 100 }, (_, n): Cell[] => [`+120255501${String(n).padStart(2, '0')}`]),
  );
  const kinds = ['AGENT', 'PHONE_NUMBER', 'WEB_WIDGET', 'KNOWLEDGE_BASE', 'TELEPHONY_TRUNK'];
  await copyRows(
    client,
    'inventory_items',
    ['organization_id', 'kind', 'name', 'created_at'],
    organizations.flatMap((o) =>
      kinds.flatMap((kind) =>
        Array.from({ length: kind === 'TELEPHONY_TRUNK' ? 1 : random.below(4) }, (_, n): Cell[] => [
          o.id,
          kind,
          `${kind.toLowerCase()} ${n + 1}`,
          now,
        ]),
      ),
    ),
  );
}
