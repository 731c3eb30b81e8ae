/** A button that opens a menu. What is in the menu is loaded when somebody is about to open it. */
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { later, prepare, type Load } from './later.tsx';
import type { MenuPopoverProps } from './menu-popover.tsx';

/** What the menu is given by its button. */
export type OpenedMenu = Pick<MenuPopoverProps, 'trigger' | 'onClose'>;

export interface MenuButtonProps {
  /** Names the button and its menu. */
  label: string;
  className: string;
  /** Loads the menu; the same function at each rendering. */
  load: Load<OpenedMenu>;
  children: ReactNode;
}

export function MenuButton({ label, className, load, children }: MenuButtonProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const Menu = useMemo(() => later(load), [load]);
  return (
    <>
      <Button
        ref={trigger}
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onHoverStart={() => prepare(load)}
        onFocus={() => prepare(load)}
        onPress={() => setOpen(true)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setOpen(true);
          else event.continuePropagation();
        }}
      >
        {children}
      </Button>
      {isOpen && <Menu trigger={trigger} onClose={() => setOpen(false)} />}
    </>
  );
}
