// Asks the agent. A question that fails is asked again: the page heals by itself when the agent comes back.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

const root = new URL("api/v1/", document.baseURI).href;
const patience = 15_000;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function apiUrl(path: string, query?: Record<string, string>): string {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== "")).toString();
  return `${root}${path}${search ? `?${search}` : ""}`;
}

/** Slashes of a module's path stay as they are. */
export function idPath(id: string): string {
  return `components/${id.split("/").map(encodeURIComponent).join("/")}`;
}

async function answer<T>(response: Response): Promise<T> {
  const body = await response.json().catch(() => null);
  if (!response.ok || body?.status !== "success") {
    throw new ApiError(response.status, body?.error ?? `the agent answered ${response.status}`);
  }
  return body.data as T;
}

export async function get<T>(url: string, stop?: AbortSignal): Promise<T> {
  return answer<T>(await fetch(url, { signal: stop ?? null, cache: "no-store" }));
}

export async function getText(url: string, stop?: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal: stop ?? null, cache: "no-store" });
  if (response.ok) return response.text();
  const body = await response.json().catch(() => null);
  throw new ApiError(response.status, body?.error ?? `the agent answered ${response.status}`);
}

export async function post<T>(path: string, body?: unknown): Promise<T> {
  const headers = { "X-Invar-Request": "ui", "Content-Type": "application/json" };
  return answer<T>(await fetch(apiUrl(path), { method: "POST", headers, body: body === undefined ? null : JSON.stringify(body) }));
}

/** Answers that came before anybody asked, each for the first who asks. */
const early = new Map<string, unknown>();

/** Waits for what the page tells the browser to ask while it loads the script. What fails or comes late is asked again by whom it is for. */
export async function firstAnswers(stop: AbortSignal): Promise<void> {
  const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel=preload][as=fetch]")];
  await Promise.allSettled(links.map(async (link) => early.set(link.href, await get(link.href, stop))));
}

/** What all views share: whether they refresh, and whether the agent answers. */
interface Connection {
  paused: boolean;
  connected: boolean;
  lastAnswer: number;
}

let connection: Connection = { paused: false, connected: true, lastAnswer: Date.now() };
const watchers = new Set<() => void>();

function change(next: Partial<Connection>): void {
  connection = { ...connection, ...next };
  watchers.forEach((watcher) => watcher());
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useConnection(): Connection {
  return useSyncExternalStore(watch, () => connection);
}

export function setPaused(paused: boolean): void {
  change({ paused });
}

export interface Polled<T> {
  data: T | undefined;
  /** The answer before, for rates. */
  before: T | undefined;
  /** What the agent said to the question; that it cannot be reached is the connection's matter. */
  error: ApiError | undefined;
  refresh: () => void;
}

/** Asks again and again while the page is looked at. A changed question shows nothing of the one before; null asks nothing. */
export function usePolled<T>(url: string | null, milliseconds: number): Polled<T> {
  const [state, setState] = useState<{ url: string | null; data?: T; before?: T; error?: ApiError }>(() => {
    const data = early.get(url ?? "") as T | undefined;
    return data === undefined ? { url } : { url, data, before: data };
  });
  const { paused } = useConnection();
  const [turn, setTurn] = useState(0);
  const asked = useRef<string | null>(null);

  useEffect(() => {
    if (url === null || (paused && asked.current === `${url} ${turn}`)) return;
    const stop = new AbortController();
    let timer = 0;
    let failures = 0;
    let isFirst = true;
    // The second answer comes soon: only two of them make a rate.
    const soon = Math.min(milliseconds, 1500);
    const ask = async () => {
      const limit = AbortSignal.any([stop.signal, AbortSignal.timeout(patience)]);
      try {
        const data = await get<T>(url, limit);
        failures = 0;
        asked.current = `${url} ${turn}`;
        setState((last) => (last.url === url ? { url, data, before: last.data ?? data } : { url, data, before: data }));
        change({ connected: true, lastAnswer: Date.now() });
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof ApiError && error.status !== 503) {
          change({ connected: true, lastAnswer: Date.now() });
          setState({ url, error });
        } else {
          failures++;
          change({ connected: false });
        }
      }
      if (!stop.signal.aborted && !paused) {
        const pause = isFirst ? soon : milliseconds;
        isFirst = false;
        timer = window.setTimeout(next, Math.min(10_000, pause * (failures > 0 ? 1 + failures / 2 : 1)));
      }
    };
    const next = () => (document.hidden ? (timer = window.setTimeout(next, 1000)) : void ask());
    if (early.delete(url)) {
      isFirst = false;
      asked.current = `${url} ${turn}`;
      timer = window.setTimeout(next, soon);
    } else void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [url, milliseconds, paused, turn]);

  const current = state.url === url ? state : undefined;
  return { data: current?.data, before: current?.before, error: current?.error, refresh: () => setTurn((last) => last + 1) };
}
