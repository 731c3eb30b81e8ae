/** The mail of an invitation: its text, and the link in it. */
import type { Message } from '../../mail/mailer.ts';
import { harmlessName } from '../../values/text.ts';

export interface InvitationMail {
  /** The name of the mail's file. */
  name: string;
  to: string;
  token: string;
  organizationName: string;
  roleNames: readonly string[];
  expiresAt: Date;
}

const PLACE = '{token}';

/**
 * Returns the link of a token: `template` with the token in place of `{token}`, or as the parameter
 * `token`.
 */
export function invitationLink(template: string, token: string): string {
  if (template.includes(PLACE)) return template.replaceAll(PLACE, token);
  const url = new URL(template);
  url.searchParams.set('token', token);
  return url.href;
}

/**
 * The link target if there is no front end: GraphiQL, with the mutation that accepts the
 * invitation.
 */
export function graphiqlInvitationTemplate(graphqlUrl: string): string {
  const document = `mutation { acceptInvitation(input: { token: "TOKEN" }) { ... on AcceptInvitationPayload { membership { organization { slug } } } ... on UserError { message } } }`;
  return `${graphqlUrl}?query=${encodeURIComponent(document).replace('TOKEN', PLACE)}`;
}

/** Writes the mail. */
export function invitationMessage(mail: InvitationMail, template: string): Message {
  const link = invitationLink(template, mail.token);
  const until = mail.expiresAt.toISOString().slice(0, 10);
  // Names may be older than the rule for names.
  const organization = harmlessName(mail.organizationName);
  const roles = mail.roleNames.map(harmlessName).join(', ');
  const subject = `Invitation to ${organization}`;
  const text = [
    `You are invited to join ${organization} (${roles}).`,
    '',
    'Sign in with this email address and follow this link:',
    '',
    link,
    '',
    'The token, for programs:',
    '',
    mail.token,
    '',
    `The invitation expires on ${until}. If you did not expect it, ignore this email.`,
    '',
  ].join('\n');
  const html = [
    '<!doctype html>',
    `<p>You are invited to join <strong>${escaped(organization)}</strong> (${escaped(roles)}).</p>`,
    '<p>Sign in with this email address and follow this link:</p>',
    `<p><a href="${escaped(link)}">Accept or decline the invitation</a></p>`,
    `<p>The invitation expires on ${until}. If you did not expect it, ignore this email.</p>`,
    '',
  ].join('\n');
  return { name: mail.name, to: mail.to, subject, text, html };
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
