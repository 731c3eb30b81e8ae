/** Reads what deploy/ holds, as Docker and Kubernetes would. */
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

const root = path.join(import.meta.dirname, '..', '..');

export const readDeployed = (file: string): Promise<string> =>
  readFile(path.join(root, 'deploy', file), 'utf8');

/** The documents of a YAML file. Throws if it has an error or a warning. */
export async function readYaml(file: string): Promise<unknown[]> {
  return parseAllDocuments(await readDeployed(file), { merge: true }).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw problem;
    return document.toJS() as unknown;
  });
}

/** The YAML files in deploy/, by their paths in it. */
export const yamlFiles = async (): Promise<string[]> =>
  (await Array.fromAsync(glob('**/*.{yaml,yml}', { cwd: path.join(root, 'deploy') }))).toSorted();

/** A service of compose.yaml, as far as these tests look at it. */
export interface Service {
  image: string;
  command?: string[];
  read_only?: boolean;
  stop_grace_period?: string;
  environment?: Record<string, string>;
  secrets?: string[];
  depends_on?: unknown;
}

export interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  networks: { default: { ipam: { config: { subnet: string }[] } } };
}

interface Probe {
  httpGet: { path: string; port: string };
}

/** A container of a pod, as far as these tests look at it. */
export interface Container {
  image: string;
  args: string[];
  env?: { name: string; value: string }[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  securityContext: object;
  volumeMounts: { name: string; mountPath: string }[];
}

export interface PodSpec {
  terminationGracePeriodSeconds?: number;
  securityContext: { runAsUser: number };
  containers: Container[];
}

/** An object of Kubernetes, as far as these tests look at it. */
export interface Manifest {
  kind: string;
  metadata?: { name: string };
  data?: Record<string, string>;
  resources?: string[];
  spec?: {
    template?: { metadata: { labels: object }; spec: PodSpec };
    selector?: { matchLabels?: object } & Record<string, unknown>;
    ports?: { name: string; targetPort: string }[];
    maxReplicas?: number;
    scaleTargetRef?: { name: string };
  };
}
