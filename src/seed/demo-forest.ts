/** The organizations of the demonstration: what they are called and how they hang together. */
import { companyName, slugged } from './names.ts';
import type { Random } from './random.ts';

/** A planted organization. */
export interface Organization {
  id: string;
  parent: Organization | null;
  slug: string;
  name: string;
  kind: string;
  createdAt: Date;
  domain: string | null;
}

interface Plan {
  name: string;
  kind: string;
  children?: Plan[];
  /** Made-up customers below, in addition to `children`. */
  customers?: number;
}

const forest: Plan[] = [
  {
    name: 'Cedar Group',
    kind: 'AGENCY',
    children: [
      {
        name: 'Cedar North',
        kind: 'RESELLER',
        children: [
          {
            name: 'Harbor Telecom',
            kind: 'CHANNEL_PARTNER',
            customers: 6,
            children: [
              {
                name: 'Harbor Dental',
                kind: 'CUSTOMER',
                children: [
                  {
                    name: 'Harbor Dental East',
                    kind: 'CUSTOMER',
                    children: [{ name: 'Harbor Dental Pier 4', kind: 'CUSTOMER' }],
                  },
                  { name: 'Harbor Dental West', kind: 'CUSTOMER' },
                ],
              },
            ],
          },
          { name: 'Kestrel Freight', kind: 'CUSTOMER', customers: 4 },
          { name: 'Meadow Clinics', kind: 'CUSTOMER', customers: 5 },
        ],
      },
      {
        name: 'Cedar South',
        kind: 'RESELLER',
        children: [
          { name: 'Coral Hotels', kind: 'CHANNEL_PARTNER', customers: 9 },
          { name: 'Dune Robotics', kind: 'CUSTOMER', customers: 3 },
          { name: 'Opal Realty', kind: 'AFFILIATE', customers: 4 },
        ],
      },
      { name: 'Cedar Digital', kind: 'CHANNEL_PARTNER', customers: 15 },
      { name: 'Larch Insurance', kind: 'CUSTOMER', customers: 4 },
    ],
  },
  {
    name: 'Juniper Networks Group',
    kind: 'AGENCY',
    children: [
      { name: 'Juniper Retail', kind: 'RESELLER', customers: 9 },
      { name: 'Juniper Care', kind: 'RESELLER', customers: 8 },
    ],
  },
  {
    name: 'Rival Holdings',
    kind: 'AGENCY',
    children: [
      { name: 'Rival East', kind: 'RESELLER', customers: 5 },
      { name: 'Rival West', kind: 'RESELLER', customers: 5 },
    ],
  },
];

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 500;

/** The whole forest, parents before their children, with dates that end at `now`. */
export function plantForest(random: Random, now: Date): Organization[] {
  return plant(forest, null, random, now);
}

function plant(
  plans: readonly Plan[],
  parent: Organization | null,
  random: Random,
  now: Date,
): Organization[] {
  return plans.flatMap((plan) => {
    const createdAt = new Date(
      (parent?.createdAt.getTime() ?? now.getTime() - HISTORY_DAYS * DAY_MS) +
        (1 + random.below(20)) * DAY_MS +
        random.below(DAY_MS),
    );
    const slug =
      plan.children || plan.customers
        ? slugged(plan.name)
        : `${slugged(plan.name)}-${(1_000 + random.below(9_000)).toString()}`;
    const organization: Organization = {
      id: random.uuid(createdAt),
      parent,
      slug,
      name: plan.name,
      kind: plan.kind,
      createdAt,
      domain: random.next() < 0.5 ? `${slug}.example` : null,
    };
    const customers = Array.from({ length: plan.customers ?? 0 }, (): Plan => ({
      name: companyName(random),
      kind: 'CUSTOMER',
    }));
    return [
      organization,
      ...plant([...(plan.children ?? []), ...customers], organization, random, now),
    ];
  });
}
