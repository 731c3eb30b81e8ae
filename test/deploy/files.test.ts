/** The files of deploy/ are well formed, fit each other, and set what exists. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { readConfig, requireInvitationUrl, type Config } from '../../src/config/read.ts';
import { fileSettingOf } from '../../src/config/secret-files.ts';
import { secretSettings, settings } from '../../src/config/settings.ts';
import {
  readDeployed,
  readYaml,
  yamlFiles,
  type Compose,
  type Container,
  type Manifest,
} from './files.ts';

const execute = promisify(execFile);
const known = new Set([...Object.keys(settings.shape), ...secretSettings.map(fileSettingOf)]);
const deploy = path.join(import.meta.dirname, '..', '..', 'deploy');

/** Connections that PostgreSQL has for them, unless it is configured otherwise: 100, less 3 for superusers. */
const CONNECTIONS_MAX = 97;

let folder: string;
let compose: Compose;
let dockerfile: string;
const objects: Manifest[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-deploy-'));
  await execute(path.join(deploy, 'compose', 'secrets.sh'), [folder]);
  await writeFile(path.join(folder, 'smtp-url'), 'smtps://mail.example\n');
  compose = (await readYaml('compose/compose.yaml'))[0] as Compose;
  dockerfile = await readDeployed('Dockerfile');
  for (const file of await yamlFiles())
    if (file.startsWith('kubernetes/')) objects.push(...((await readYaml(file)) as Manifest[]));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the image sets. */
const imageSettings = (): Record<string, string> => {
  const [, lines = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile) ?? [];
  return Object.fromEntries(lines.split(/\s*\\\n\s*/).map((line) => line.split('=', 2)));
};

/** The settings of a process of the image, with the secrets of `folder`; refuses names that are no setting. */
function configOf(environment: Record<string, string>): Config {
  const all: Record<string, string> = { ...imageSettings(), ...environment };
  expect(Object.keys(all).filter((name) => !known.has(name))).toEqual([]);
  const values = Object.entries(all).map(([name, value]) => [
    name,
    value
      .replace(/^\/run\/secrets\/(banyan\/)?/, `${folder}/`)
      .replaceAll('${BANYAN_HOST:-localhost}', 'localhost'),
  ]);
  return readConfig(Object.fromEntries(values) as Record<string, string>);
}

const ofKind = (kind: string): Manifest[] => objects.filter((object) => object.kind === kind);
const pods = () =>
  objects.flatMap(({ metadata, spec }) =>
    spec?.template ? [{ name: metadata?.name ?? '', ...spec.template }] : [],
  );

function environmentOf({ env = [], envFrom = [] }: Container): Record<string, string> {
  const maps = envFrom.map(({ configMapRef: { name } }) =>
    ofKind('ConfigMap').find(({ metadata }) => metadata?.name === name),
  );
  return Object.assign(
    {},
    ...maps.map((map) => map?.data),
    Object.fromEntries(env.map(({ name, value }) => [name, value])),
  ) as Record<string, string>;
}

describe('The image', () => {
  it('runs as an ordinary user, with the runtime and the heap of npm start, and is asked whether it lives', () => {
    const [, user] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
    expect(Number(user)).toBeGreaterThan(0);
    for (const { spec } of pods()) expect(spec.securityContext.runAsUser).toBe(Number(user));
    const [, entry = ''] = /^ENTRYPOINT (.*)$/m.exec(dockerfile) ?? [];
    const [runtime, ...words] = JSON.parse(entry) as string[];
    expect(runtime).toBe('/app/node_modules/.bin/node');
    expect(`node ${words.join(' ').replace('/app/', '')} serve`).toBe(packageJson.scripts.start);
    const { host, port, production, migrate } = configOf({
      DATABASE_URL_FILE: '/run/secrets/database-url',
      INVITATION_URL: 'https://a.example',
    });
    expect({ host, production, migrate }).toEqual({
      host: '0.0.0.0',
      production: true,
      migrate: 'check',
    });
    expect(dockerfile).toContain(`\nEXPOSE ${port}\n`);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n.*process\.env\.PORT}\/health`/m);
  });

  it('is built by the script, from files that exist', async () => {
    expect(dockerfile).toContain('RUN deploy/install.sh /app\n');
    const root = path.join(deploy, '..');
    const lines = (await readFile(path.join(root, '.dockerignore'), 'utf8')).split('\n');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(lines).toContain('*');
    for (const file of allowed) {
      const names = await readdir(path.dirname(path.join(root, file)));
      expect(names).toContain(path.basename(file));
    }
    const script = await readDeployed('install.sh');
    const [, copied = ''] = /^cp -R (.*) "\$target"$/m.exec(script) ?? [];
    expect(allowed).toEqual(expect.arrayContaining(copied.split(' ')));
  });
});

describe('The scripts', () => {
  it('are such that a shell understands them', async () => {
    for (const script of ['install.sh', 'compose/secrets.sh', 'compose/gateway-role.sh'])
      await execute('sh', ['-n', path.join(deploy, script)]);
  });

  it('make secrets once, and keep them', async () => {
    const before = await readFile(path.join(folder, 'database-url'), 'utf8');
    expect(before).toMatch(/^postgres:\/\/banyan_gateway:[0-9a-f]{48}@database\/banyan\n$/);
    await execute(path.join(deploy, 'compose', 'secrets.sh'), [folder]);
    expect(await readFile(path.join(folder, 'database-url'), 'utf8')).toBe(before);
  });
});

describe('compose.yaml', () => {
  const own = () => Object.entries(compose.services).filter(([, { image }]) => image === 'banyan');

  it('sets what exists, to what is accepted, with secrets that are made and given', async () => {
    expect(own().map(([name]) => name)).toEqual(['gateway-1', 'gateway-2', 'worker', 'migrate']);
    const made = await readdir(folder);
    for (const [, { command = ['serve'], environment = {}, secrets = [] }] of own()) {
      const config = configOf(environment);
      if (command[0] !== 'migrate') {
        requireInvitationUrl(config, true);
        expect(config.migrate).toBe('check');
      }
      const named = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
      expect(named.map((file) => path.basename(file)).toSorted()).toEqual(secrets.toSorted());
    }
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./secrets/${name}`);
      expect(made).toContain(name);
    }
  });

  it('keeps the owner of the tables from all but the migration', () => {
    const owners = Object.entries(compose.services).filter(([, { secrets = [] }]) =>
      secrets.some((secret) => /migration|owner/.test(secret)),
    );
    expect(owners.map(([name]) => name)).toEqual(['migrate', 'database']);
  });

  it('writes to no file of the image, and is given the time to end in order', () => {
    for (const [, { read_only, stop_grace_period = '', environment = {} }] of own()) {
      expect(read_only).toBe(true);
      const { shutdownDelayMs, shutdownGraceMs } = configOf(environment);
      expect(Number.parseInt(stop_grace_period, 10) * 1_000).toBeGreaterThan(
        shutdownDelayMs + shutdownGraceMs,
      );
    }
  });

  it('has a balancer that asks the gateways by their names and ports whether they are ready', async () => {
    const caddyfile = await readDeployed('compose/Caddyfile');
    const { port } = configOf(compose.services['gateway-1']?.environment ?? {});
    const [, upstreams = ''] = /reverse_proxy (.*) \{/.exec(caddyfile) ?? [];
    expect(upstreams.split(' ')).toEqual([`gateway-1:${port}`, `gateway-2:${port}`]);
    expect(caddyfile).toContain('health_uri /ready\n');
    const [{ subnet } = { subnet: '' }] = compose.networks.default.ipam.config;
    expect(compose.services['gateway-2']?.environment?.['TRUSTED_PROXIES']).toBe(subnet);
  });
});

describe('The manifests of Kubernetes', () => {
  it('are all listed', async () => {
    const files = (await yamlFiles()).filter((file) => file.startsWith('kubernetes/'));
    const listed = ofKind('Kustomization').flatMap(({ resources = [] }) => resources);
    expect(['kustomization.yaml', ...listed].toSorted()).toEqual(
      files.map((file) => path.basename(file)),
    );
  });

  it('set what exists, to what is accepted, and read no file that is not mounted', () => {
    expect(pods().map(({ name }) => name)).toEqual([
      'banyan-gateway',
      'banyan-migrate',
      'banyan-worker',
    ]);
    for (const { spec } of pods())
      for (const container of spec.containers) {
        const environment = environmentOf(container);
        const config = configOf(environment);
        if (container.args[0] !== 'migrate') requireInvitationUrl(config, true);
        for (const [name, file] of Object.entries(environment))
          if (name.endsWith('_FILE'))
            expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain(
              path.dirname(file),
            );
      }
  });

  it('give containers no rights, no file to write to, and the owner only to the migration', () => {
    for (const { name, spec } of pods())
      for (const container of spec.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect('DATABASE_MIGRATION_URL_FILE' in environmentOf(container)).toBe(
          name === 'banyan-migrate',
        );
      }
  });

  it('ask gateways whether they live and whether they are ready, and give them the time to end in order', () => {
    const gateway = pods().find(({ name }) => name === 'banyan-gateway');
    const [container] = gateway?.spec.containers ?? [];
    if (!gateway || !container) throw new Error('there is no gateway');
    const { port, shutdownDelayMs, shutdownGraceMs } = configOf(environmentOf(container));
    expect(container.ports).toEqual([{ name: 'http', containerPort: port }]);
    expect(container.livenessProbe?.httpGet).toEqual({ path: '/health', port: 'http' });
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/ready', port: 'http' });
    const [service] = ofKind('Service');
    expect(service?.spec?.ports?.[0]).toMatchObject({ name: 'http', targetPort: 'http' });
    for (const { spec } of [...ofKind('Deployment'), ...ofKind('PodDisruptionBudget')])
      if (spec?.template) expect(spec.selector?.matchLabels).toEqual(spec.template.metadata.labels);
    const { terminationGracePeriodSeconds = 0 } = gateway.spec;
    expect(shutdownDelayMs).toBeGreaterThan(0);
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(
      shutdownDelayMs + shutdownGraceMs,
    );
  });

  it('start no more gateways than the database has connections for, one more during a rollout included', () => {
    const [data] = ofKind('ConfigMap').map((map) => map.data ?? {});
    const pool = configOf(data ?? {}).databasePoolSize;
    const [autoscaler] = ofKind('HorizontalPodAutoscaler');
    const gateways = (autoscaler?.spec?.maxReplicas ?? 0) + 1;
    expect(gateways * (pool + 1 + 4) + pool + 7).toBeLessThanOrEqual(CONNECTIONS_MAX);
  });
});
