/** The browser of the tests: a Chromium of the machine, since none is downloaded. */
import { isProgram, onPath } from '../../setup/program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The program that `CHROMIUM` names, or the first one on the path; undefined if there is none. */
export function findChromium(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = environment['CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`CHROMIUM is not a program: ${named}`);
  }
  return onPath(NAMES, environment['PATH'] ?? '');
}

/** Nothing of the browser itself goes to the network. Its sandbox is not to be had for root. */
export const CHROMIUM_FLAGS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
