/** What is served in place of a console that was not built. */

/** A page without scripts and styles. */
export const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Banyan</title>
  </head>
  <body>
    <h1>The console is not built</h1>
    <p>This installation has no build tools. Build it where they are, with <code>npm ci</code> or
    <code>npm run build:console</code>, and copy <code>dist/console</code> here. The API works without it.</p>
  </body>
</html>
`;
