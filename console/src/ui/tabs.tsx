/** Tabs that are addresses: each is a link, so that it can be shared and opened beside. */
import { Link } from 'wouter';

export interface TabLink {
  title: string;
  href: string;
  isCurrent: boolean;
}

export function TabLinks({ label, tabs }: { label: string; tabs: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map(({ title, href, isCurrent }) => (
        <Link
          key={href}
          href={href}
          className={isCurrent ? 'tab current' : 'tab'}
          aria-current={isCurrent ? 'page' : undefined}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
