/** The content policy of the console. */
import { createHash } from 'node:crypto';

/**
 * The style elements that the components of React Aria write at run time: touches of what can be
 * pressed, and scrolling behind dialogs in Safari. A test compares them with the package.
 */
export const COMPONENT_STYLES = [
  `@layer {
  [data-react-aria-pressable] {
    touch-action: pan-x pan-y pinch-zoom;
  }
}`,
  `@layer {
  * {
    overscroll-behavior: contain;
  }
}`,
] as const;

const hashes = COMPONENT_STYLES.map(
  (style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
);

/** The policy of the page. Besides the gateway, it may only call the identity provider. */
export function contentPolicy(issuer: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${hashes.join(' ')}`,
    ['connect-src', "'self'", ...(issuer === undefined ? [] : [new URL(issuer).origin])].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // The one policy that the page makes allows nothing but to empty an element.
    'trusted-types default',
  ].join('; ');
}
