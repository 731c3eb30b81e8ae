/**
 * Settings of what the product does for organizations: mail, provisioning, domains, and how long
 * things are kept.
 */
import { z } from 'zod';
import { EVENT_DAYS_MIN } from '../modules/usage/retention.ts';
import { SAFE_URL, isDnsServer, listOf, oneOf, safeUrl, wholeNumber } from './forms.ts';

const localOrWebhook = oneOf('local', 'webhook');
const LIKE_ALL = 'as `PROVISIONING`';

/** Mail, and the invitations in it. */
export const mailSettings = {
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must be an smtp:// or smtps:// address')
    .optional()
    .meta({
      secret: true,
      description: 'Mail server, with account and password if needed.',
      form: '`smtp://` or `smtps://` address',
      unset: 'mail is written to files in `DATA_DIR/mail`',
    }),
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>\r\n]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
      'must be an address, or a name and an address in angle brackets',
    )
    .default('Banyan <banyan@localhost>')
    .meta({
      description: 'Sender of mail.',
      form: 'an address, or a name and an address in angle brackets',
    }),
  INVITATION_URL: z
    .string()
    .refine(
      (text) => URL.canParse(text.replaceAll('{token}', 'token')),
      'must be an address; {token} in it becomes the token',
    )
    .optional()
    .meta({
      description:
        'Link in invitations: `{token}` in it becomes the token, else `?token=…` is added. Required in production where jobs are done.',
      form: 'an address',
      unset: 'GraphiQL of this gateway',
    }),
  INVITATION_DAYS: wholeNumber(1, 90)
    .default(7)
    .meta({ description: 'Days for which an invitation can be accepted.' }),
  INVITATION_MAILS_PER_DAY: wholeNumber(0, 10_000_000).default(10_000).meta({
    description:
      'Mails with invitations that are requested in one tree of organizations within 24 hours.',
  }),
  INVITATION_MAILS_PER_SENDER: wholeNumber(0, 10_000_000).default(1_000).meta({
    description: 'Mails with invitations that one user or API key requests within 24 hours.',
  }),
  INVITATION_MAILS_PER_ADDRESS: wholeNumber(0, 1_000).default(5).meta({
    description:
      'Mails to one address from one tree within 24 hours; more are withheld, and nobody is told.',
  }),
};

/** Who does the steps of provisioning. */
export const providerSettings = {
  PROVISIONING: localOrWebhook
    .default('local')
    .meta({ description: 'Who does the steps of provisioning: this process, or a webhook.' }),
  PROVISIONING_IDENTITY: localOrWebhook
    .optional()
    .meta({ description: 'Who does the step `IDENTITY`.', unset: LIKE_ALL }),
  PROVISIONING_BILLING: oneOf('local', 'webhook', 'stripe')
    .optional()
    .meta({ description: 'Who does the step `BILLING`.', unset: LIKE_ALL }),
  PROVISIONING_TELEPHONY: localOrWebhook
    .optional()
    .meta({ description: 'Who does the step `TELEPHONY`.', unset: LIKE_ALL }),
  PROVISIONING_PHONE_NUMBER: localOrWebhook
    .optional()
    .meta({ description: 'Who does the step `PHONE_NUMBER`.', unset: LIKE_ALL }),
  PROVISIONING_KNOWLEDGE_BASE: localOrWebhook
    .optional()
    .meta({ description: 'Who does the step `KNOWLEDGE_BASE`.', unset: LIKE_ALL }),
  PROVISIONING_TIMEOUT_MS: wholeNumber(100, 60_000)
    .default(10_000)
    .meta({ description: 'How long a provider may take to answer.' }),
  PROVISIONING_WEBHOOK_URL: safeUrl.optional().meta({
    secret: true,
    description: 'Where webhooks go. Required where a step is done by `webhook`.',
    form: SAFE_URL,
  }),
  PROVISIONING_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional()
    .meta({
      secret: true,
      description: 'Key that signs webhooks. Required where a step is done by `webhook`.',
      form: '`whsec_` and at least 24 bytes in base64',
    }),
  STRIPE_API_KEY: z.string().optional().meta({
    secret: true,
    description: 'Account at Stripe. Required where billing is done by `stripe`.',
  }),
  STRIPE_PRICE_ID: z.string().optional().meta({
    description: 'Price of the free plan at Stripe. Required where billing is done by `stripe`.',
  }),
  STRIPE_API_URL: safeUrl.optional().meta({
    description: 'Where the API of Stripe is.',
    form: SAFE_URL,
    unset: "Stripe's own address",
  }),
};

/** Domains, and how long things are kept. */
export const retentionSettings = {
  DNS_SERVERS: listOf(isDnsServer, 'IP addresses, with :port where it is not 53').meta({
    description: 'Servers that are asked for the records of domains.',
    form: 'IP addresses, with `:port` where it is not 53, separated by commas',
    unset: 'those of the machine',
  }),
  DOMAIN_PENDING_HOURS: wholeNumber(0, 8_760)
    .default(72)
    .meta({ description: 'Hours after which a domain without proof is `FAILED`.' }),
  USAGE_EVENT_DAYS: wholeNumber(EVENT_DAYS_MIN, 36_500).default(400).meta({
    description:
      'Days for which single events of usage are kept, in whole months; longer while a metric takes older ones.',
  }),
  RETENTION_DAYS: wholeNumber(1, 3_650)
    .default(30)
    .meta({ description: 'Days for which a deleted organization can be restored.' }),
};
