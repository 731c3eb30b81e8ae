/** The console: everything that lies around its views. */
import { lazy, Suspense } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { Router } from 'wouter';
import { SessionProvider } from '../session/session.tsx';
import { ConfigProvider, type Config } from './config.ts';
import { Routes } from './routes.tsx';

const NoticeRegion = lazy(() => import('../ui/notice.tsx'));

export function App({ config }: { config: Config }) {
  return (
    // One language of components is in the build; dates and numbers follow the browser (ui/format.ts).
    <I18nProvider locale="en-US">
      <ConfigProvider value={config}>
        <SessionProvider>
          <Router base="/console">
            <Routes />
          </Router>
          <Suspense>
            <NoticeRegion />
          </Suspense>
        </SessionProvider>
      </ConfigProvider>
    </I18nProvider>
  );
}
