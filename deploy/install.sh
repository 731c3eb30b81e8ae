#!/bin/sh
# Makes a production installation of this checkout: what runs, without build tools, development
# packages and the embedded PostgreSQL. The Dockerfile calls it; so can you, on a machine of your own:
#
#   deploy/install.sh /opt/banyan                      (the folder must be new or empty)
#   deploy/install.sh --without-packages /opt/banyan   (leaves out what `npm ci` brings)
#
# It needs npm and a Node of any supported version. The installation brings the Node that it runs with.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
packages=yes
if [ "${1:-}" = --without-packages ]; then
  packages=no
  shift
fi
if [ $# -ne 1 ] || [ -z "$1" ]; then
  echo "install.sh: name the folder to install to, e.g. deploy/install.sh /opt/banyan" >&2
  exit 1
fi
mkdir -p "$1"
target=$(cd "$1" && pwd)
if [ -n "$(ls -A "$target")" ]; then
  echo "install.sh: $target is not empty" >&2
  exit 1
fi

# The console is built by tools that the installation does not have. GraphiQL comes built.
if [ ! -f "$source/dist/console/index.html" ]; then
  if [ -d "$source/node_modules/vite" ]; then
    (cd "$source" && npm run --silent build:console -- --logLevel warn)
  else
    (cd "$source" && npm ci)
  fi
fi

cd "$source"
cp -R src migrations package.json package-lock.json .npmrc LICENSE "$target"
mkdir "$target/dist"
cp -R dist/console "$target/dist/console"

cd "$target"
if [ "$packages" = yes ]; then
  NODE_ENV=production npm ci --omit=dev --omit=optional
  # What no program loads: a second copy of Node with its headers, maps of sources, types and notes.
  rm -rf node_modules/node/node_modules
  find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) \
    ! -iname 'license*' -delete
  # Copies for require(), where this program imports.
  rm -rf node_modules/stripe/cjs node_modules/@graphql-yoga/render-graphiql/cjs
  if command -v strip >/dev/null; then
    # Of Node's own symbols only those stay that programs are loaded by.
    strip node_modules/node/bin/node
  fi
  node_modules/.bin/node src/main.ts --version >/dev/null
fi
# Read by anybody, written by nobody.
chmod -R u+rwX,go+rX,a-w "$target"
echo "$target: $(du -sm "$target" | cut -f1) MB, of which Node $(du -sm node_modules/node 2>/dev/null | cut -f1) MB"
