/** Sends mail over SMTP, or writes it to files if no server is configured. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Transporter } from 'nodemailer';
import type { Logger } from '../telemetry/log.ts';

export interface Message {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The name of the file, if mail is written to files. */
  name: string;
}

/** Why a mail was not sent, in words for the sender. */
export class MailError extends Error {
  /** Whether a retry is pointless: the server permanently refused the message or the address. */
  readonly permanent: boolean;

  constructor(reason: string, permanent: boolean) {
    super(reason);
    this.permanent = permanent;
  }
}

/** Sends a message, or throws a `MailError`. */
export type Mailer = (message: Message) => Promise<void>;

export interface MailSettings {
  /** The `smtp://` or `smtps://` address of the server; if undefined, mail is written to files. */
  smtpUrl: string | undefined;
  /** The sender, e.g. `Banyan <no-reply@example.com>`. */
  from: string;
  /** The folder for files. */
  folder: string;
}

/**
 * How long a server may take to connect, to greet, and to answer at all. The URL's query can
 * override it.
 */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** Imports the library for the first mail: it takes memory, and time at the start. */
const load = async () => (await import('nodemailer')).createTransport;

/** Creates the mailer from the settings. */
export function createMailer({ smtpUrl, from, folder }: MailSettings, log: Logger): Mailer {
  if (smtpUrl === undefined) return intoFiles(from, folder, log);
  let transport: Transporter | undefined;
  return async (message) => {
    const createTransport = await load();
    try {
      transport ??= createTransport({ ...TIMEOUTS, url: smtpUrl });
      await transport.sendMail(composed(message, from));
    } catch (error) {
      throw explained(error);
    }
  };
}

function intoFiles(from: string, folder: string, log: Logger): Mailer {
  return async (message) => {
    const createTransport = await load();
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
    const { message: bytes } = await transport.sendMail(composed(message, from));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.resolve(folder, `${message.name}.eml`);
    // Anyone who can read the file can use the link in it.
    await writeFile(file, bytes as Buffer, { mode: 0o600 });
    log.info({ file }, 'no SMTP_URL is set: the mail was written to a file');
  };
}

/** Lines that SMTP can transport unchanged (RFC 5322, 2.1.1). */
const PLAIN_LINE = /^[\t\x20-\x7e]{0,998}$/;

/**
 * Creates a MIME part. It is unencoded if SMTP can transport it, so that a link in it stays whole
 * in the mail's source.
 */
function part(type: 'text/plain' | 'text/html', content: string): string | { raw: string } {
  const lines = content.split('\n');
  if (!lines.every((line) => PLAIN_LINE.test(line))) return content;
  return {
    raw: [
      `Content-Type: ${type}; charset=utf-8`,
      'Content-Transfer-Encoding: 7bit',
      '',
      ...lines,
    ].join('\r\n'),
  };
}

function composed({ to, subject, text, html }: Message, from: string) {
  return {
    from,
    to: { name: '', address: to },
    subject,
    text: part('text/plain', text),
    html: part('text/html', html),
  };
}

/** The reason as senders may read it: the server's answer, but nothing about its location. */
function explained(error: unknown): MailError {
  const { code, responseCode, response } = error as {
    code?: unknown;
    responseCode?: unknown;
    response?: unknown;
  };
  if (typeof responseCode === 'number') {
    const answer =
      typeof response === 'string'
        ? response.replaceAll(/\s+/g, ' ').slice(0, 200)
        : String(responseCode);
    return new MailError(
      `The mail server refused the message: ${answer}`,
      responseCode >= 500 && code !== 'EAUTH',
    );
  }
  if (code === 'ETIMEDOUT') return new MailError('The mail server took too long to answer.', false);
  return new MailError('The mail server could not be reached.', false);
}
