/** Sends mail: over SMTP, or into files where no server is configured. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import type { Logger } from '../telemetry/log.ts';

export interface Message {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Names the file, where mail is written to files. */
  name: string;
}

/** Why a mail did not go out, in words for whoever sent it. */
export class MailError extends Error {
  /** Whether trying again is of no use: the server refused the message or the address for good. */
  readonly permanent: boolean;

  constructor(reason: string, permanent: boolean) {
    super(reason);
    this.permanent = permanent;
  }
}

/** Sends a message, or throws a `MailError`. */
export type Mailer = (message: Message) => Promise<void>;

export interface MailSettings {
  /** `smtp://` or `smtps://` address of the server; undefined writes files. */
  smtpUrl: string | undefined;
  /** Sender, e.g. `Banyan <no-reply@example.com>`. */
  from: string;
  /** Folder for files. */
  folder: string;
}

/** How long a server may take to connect, to greet, and to say anything at all. The URL's query may say otherwise. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** Makes the mailer for the settings. */
export function createMailer({ smtpUrl, from, folder }: MailSettings, log: Logger): Mailer {
  if (smtpUrl === undefined) return intoFiles(from, folder, log);
  const transport = createTransport({ ...TIMEOUTS, url: smtpUrl });
  return async (message) => {
    try {
      await transport.sendMail(composed(message, from));
    } catch (error) {
      throw explained(error);
    }
  };
}

function intoFiles(from: string, folder: string, log: Logger): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return async (message) => {
    const { message: bytes } = await transport.sendMail(composed(message, from));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.resolve(folder, `${message.name}.eml`);
    // Whoever reads the file can use the link in it.
    await writeFile(file, bytes as Buffer, { mode: 0o600 });
    log.info({ file }, 'no SMTP_URL is set: the mail was written to a file');
  };
}

/** Lines that SMTP carries as they are (RFC 5322, 2.1.1). */
const PLAIN_LINE = /^[\t\x20-\x7e]{0,998}$/;

/** A part as it is if SMTP can carry it, so that a link in it stays whole for whoever reads the source of the mail. */
function part(type: 'text/plain' | 'text/html', content: string): string | { raw: string } {
  const lines = content.split('\n');
  if (!lines.every((line) => PLAIN_LINE.test(line))) return content;
  return { raw: [`Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: 7bit', '', ...lines].join('\r\n') };
}

function composed({ to, subject, text, html }: Message, from: string) {
  return { from, to: { name: '', address: to }, subject, text: part('text/plain', text), html: part('text/html', html) };
}

/** The reason as senders may read it: what the server answered, but nothing about where it stands. */
function explained(error: unknown): MailError {
  const { code, responseCode, response } = error as { code?: unknown; responseCode?: unknown; response?: unknown };
  if (typeof responseCode === 'number') {
    const answer = typeof response === 'string' ? response.replaceAll(/\s+/g, ' ').slice(0, 200) : String(responseCode);
    return new MailError(`The mail server refused the message: ${answer}`, responseCode >= 500 && code !== 'EAUTH');
  }
  if (code === 'ETIMEDOUT') return new MailError('The mail server took too long to answer.', false);
  return new MailError('The mail server could not be reached.', false);
}
