/** What the process is, as collectors see it. It loads the library. */
import { randomUUID } from 'node:crypto';
import {
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';

const INSTANCE_ID = randomUUID();

/** The process; `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` go before our own words. */
export function describeProcess(version: string): Resource {
  return resourceFromAttributes({
    'service.name': 'banyan',
    'service.version': version,
    'service.instance.id': INSTANCE_ID,
  }).merge(detectResources({ detectors: [envDetector] }));
}
