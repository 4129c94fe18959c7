// Rates of components and endpoints. The agent gives counters; two answers make a rate.
import type { ComponentList, ComponentRow, Endpoints, Plain } from "./types";

export type RatedRow = ComponentRow & { itemsRate: number; bytesRate: number; busy: number; own: number; droppedRate: number };

/** Rates come from two answers, each with counters of the same moment. */
export function withRates(before: ComponentList | undefined, now: ComponentList): RatedRow[] {
  const earlier = new Map(before?.components.map((row) => [row.id, row]));
  const passed = before ? (now.at - before.at) / 1000 : 0;
  return now.components.map((row) => {
    const last = earlier.get(row.id);
    const per = (value: number, was: number | undefined) => (passed > 0 && was !== undefined ? Math.max(0, value - was) / passed : 0);
    const throughput = Math.max(per(row.itemsIn, last?.itemsIn), per(row.itemsOut, last?.itemsOut));
    return {
      ...row,
      itemsRate: throughput,
      bytesRate: Math.max(per(row.bytesIn, last?.bytesIn), per(row.bytesOut, last?.bytesOut)),
      busy: per(row.busySeconds, last?.busySeconds),
      own: per(row.ownSeconds, last?.ownSeconds),
      droppedRate: per(row.dropped, last?.dropped),
    };
  });
}

export interface EndpointRow {
  id: string;
  component: string;
  name: string;
  host: string;
  healthy: boolean;
  sent: number;
  sentUnit: string;
  dropped: number;
  retried: number;
  queued: number;
  onDisk: boolean;
  oldest: number;
  status: number;
  error: string;
  errorAt: string;
  reasons: Record<string, number>;
}

const number = (value: Plain | undefined) => (typeof value === "number" ? value : 0);
const numbers = (value: Plain | undefined): Record<string, number> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number")) : {};
const text = (value: Plain | undefined) => (typeof value === "string" ? value : "");

/** Writers of logs and of metrics name their counters after what they send. */
export function rowsOf(data: Endpoints): EndpointRow[] {
  return data.endpoints.map(({ component, state }, at) => {
    const unit = "sent_samples" in state ? "samples" : "entries";
    return {
      id: `${component} ${at}`,
      component,
      name: text(state.name),
      host: text(state.host),
      healthy: state.healthy !== false,
      sent: number(state[`sent_${unit}`]),
      sentUnit: unit,
      dropped: number(state[`dropped_${unit}`]),
      retried: number(state.retries ?? state[`retried_${unit}`]),
      queued: number(state.queued_bytes),
      onDisk: state.waits_on_disk === true,
      oldest: number(state.oldest_unsent_seconds),
      status: number(state.last_status),
      error: text(state.last_error),
      errorAt: text(state.last_error_time),
      reasons: numbers(state.dropped_by_reason),
    };
  });
}
