/** The program: reads what the gateway tells of itself, and shows the console. */
import './app/trusted-types.ts';
import './ui/styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { readConfig } from './app/config.ts';
import { applyTheme, storedTheme } from './app/theme.ts';
import { StartFailure } from './app/start-failure.tsx';

applyTheme(storedTheme());
const element = document.querySelector('#root');
if (element) {
  const root = createRoot(element);
  readConfig().then(
    (config) => root.render(<App config={config} />),
    () => root.render(<StartFailure />),
  );
}
