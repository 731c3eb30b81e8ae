/** What the worker can do: the name of each job and the function that does it. */
import { deliveryTask, type DeliveryOptions } from '../invitation/deliver.ts';
import type { Tasks } from './worker.ts';

/** Makes the tasks. */
export function makeTasks(options: DeliveryOptions): Tasks {
  return { deliver_invitation: deliveryTask(options) };
}
