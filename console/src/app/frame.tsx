/** The frame around every view: where one is, who one is, and how to get elsewhere. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { texts } from '../texts/en.ts';
import { Logo } from '../ui/logo.tsx';
import { AccountMenu } from './account-menu.tsx';
import { OrganizationSwitcher } from './organization-switcher.tsx';
import { treePath } from './paths.ts';
import { useViewer } from './viewer.ts';

export function Frame({ children }: { children: ReactNode }) {
  const { acting } = useViewer();
  const [address] = useLocation();
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {texts.frame.skip}
      </a>
      <header className="frame-header">
        <Link href={treePath(acting)} className="frame-home">
          <Logo />
        </Link>
        <OrganizationSwitcher />
        <nav aria-label={texts.frame.navigation} className="frame-navigation">
          <Link
            href={treePath(acting)}
            aria-current={address === treePath(acting) ? 'page' : undefined}
          >
            {texts.frame.organizations}
          </Link>
        </nav>
        <AccountMenu />
      </header>
      <main id="main" className="frame-main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
