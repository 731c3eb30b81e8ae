/** Buttons. */
import type { Ref } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
} from 'react-aria-components/Button';

export interface ButtonProps extends Omit<AriaButtonProps, 'className'> {
  /** One primary per view; `danger` for what takes something away. */
  variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  /** A small square button for an icon; it needs an `aria-label`. */
  isIcon?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ variant = 'secondary', isIcon = false, ...props }: ButtonProps) {
  return <AriaButton {...props} className={`button ${variant}${isIcon ? ' icon' : ''}`} />;
}
