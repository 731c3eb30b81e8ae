/**
 * The provider's answer in a window of its own. The code that it holds is of use to nobody but the
 * page that asked, which alone knows its verifier; no credential leaves that page.
 */
import { texts } from '../texts/en.ts';

const CHANNEL = 'banyan.sign-in';

/** How long the window waits for the page that asked. */
const PATIENCE_MS = 1_000;

type Message = { answer: string } | { taken: string };

/** A channel is of one origin, so that there is none to name. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const tell = (channel: BroadcastChannel, message: Message): void => channel.postMessage(message);

/** The sign-in that is waited for; the one before is given up. */
let waiting: BroadcastChannel | undefined;

/** Opens the provider in a window, and waits for the address that it leads back to. */
export function answerInWindow(url: URL, state: string): Promise<URL> {
  waiting?.close();
  const channel = new BroadcastChannel(CHANNEL);
  waiting = channel;
  // The window is cut off from this page, so that whether it is still open cannot be seen.
  if (!open(url, '_blank', 'popup,width=480,height=640'))
    return Promise.reject(new Error(texts.signIn.windowBlocked));
  return new Promise((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (!('answer' in data)) return;
      const address = new URL(data.answer);
      if (address.searchParams.get('state') !== state) return;
      tell(channel, { taken: data.answer });
      channel.close();
      resolve(address);
    });
  });
}

/** Hands the address over to the page that asked; false if there is none. */
export function handOver(address: URL): Promise<boolean> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    const end = (isTaken: boolean): void => {
      clearTimeout(timer);
      channel.close();
      resolve(isTaken);
    };
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if ('taken' in data && data.taken === address.href) end(true);
    });
    tell(channel, { answer: address.href });
  });
}
