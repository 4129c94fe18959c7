import { expect, test } from "vitest";
import { rowsOf, withRates } from "./rates";
import type { ComponentList, ComponentRow, Endpoints } from "./types";

const row = (id: string, counters: Partial<ComponentRow>): ComponentRow => ({
  id,
  name: "loki.process",
  label: id,
  module: "",
  health: { state: "healthy", message: "", since: "" },
  itemsIn: 0,
  bytesIn: 0,
  itemsOut: 0,
  bytesOut: 0,
  dropped: 0,
  busySeconds: 0,
  ownSeconds: 0,
  ...counters,
});
const list = (at: number, ...components: ComponentRow[]): ComponentList => ({ at, components });

test("rates are the larger of what came in and what went out", () => {
  const [rated] = withRates(list(0, row("a", { itemsIn: 10, bytesOut: 5 })), list(2000, row("a", { itemsIn: 30, itemsOut: 5, bytesOut: 105, busySeconds: 1, ownSeconds: 0.5, dropped: 4 })));
  expect(rated).toMatchObject({ itemsRate: 10, bytesRate: 50, busy: 0.5, own: 0.25, droppedRate: 2 });
});

test("one answer makes no rate, nor does a component that was not there before or whose counters began again", () => {
  expect(withRates(undefined, list(5, row("a", { itemsIn: 30 })))[0]).toMatchObject({ itemsRate: 0 });
  expect(withRates(list(0), list(1000, row("a", { itemsIn: 30 })))[0]).toMatchObject({ itemsRate: 0 });
  expect(withRates(list(0, row("a", { itemsIn: 30 })), list(1000, row("a", { itemsIn: 3 })))[0]).toMatchObject({ itemsRate: 0 });
});

test("endpoints of logs and of metrics are read alike, and what they do not say is nothing", () => {
  const data: Endpoints = {
    at: 0,
    drops: {},
    diskBytes: {},
    endpoints: [
      { component: "loki.write.a", state: { host: "h:1", healthy: false, sent_entries: 7, dropped_entries: 2, retries: 3, last_status: 429, dropped_by_reason: { refused: 2, odd: "x" } } },
      { component: "prometheus.remote_write.b", state: { host: "h:2", healthy: true, sent_samples: 9, retried_samples: 1, waits_on_disk: true } },
      { component: "odd", state: { healthy: "?", sent_entries: "many" } },
    ],
  };
  expect(rowsOf(data).map(({ host, healthy, sent, sentUnit, dropped, retried, onDisk, status, reasons }) => [host, healthy, sent, sentUnit, dropped, retried, onDisk, status, reasons])).toEqual([
    ["h:1", false, 7, "entries", 2, 3, false, 429, { refused: 2 }],
    ["h:2", true, 9, "samples", 0, 1, true, 0, {}],
    ["", true, 0, "entries", 0, 0, false, 0, {}],
  ]);
});
