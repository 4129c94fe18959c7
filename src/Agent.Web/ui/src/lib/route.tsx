// Paths and queries of the views. Everything that is shown follows from the address, so that it can be sent to somebody.
import { useCallback, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from "react";

const base = new URL(document.baseURI).pathname.replace(/\/$/, "");
const listeners = new Set<() => void>();

function changed(): void {
  listeners.forEach((listener) => listener());
}

window.addEventListener("popstate", changed);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The address of a view, for links. */
export function href(path: string, query?: Record<string, string>): string {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== "")).toString();
  return `${base}/${path}${search ? `?${search}` : ""}`;
}

/** The path of a component's view; slashes of modules stay as they are. */
export function componentPath(id: string): string {
  return `component/${id.split("/").map(encodeURIComponent).join("/")}`;
}

export function navigate(to: string): void {
  history.pushState(null, "", to);
  changed();
  document.getElementById("main")?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** The view's path, decoded, without prefix and slashes around it. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, viewPath);
}

export function viewPath(): string {
  const path = location.pathname;
  const local = path.startsWith(base) ? path.slice(base.length) : path;
  try {
    return local.split("/").filter(Boolean).map(decodeURIComponent).join("/");
  } catch {
    return local;
  }
}

/** One value of the query, and how to set it. Going back does not step through every letter that was typed. */
export function useQuery(key: string, fallback = ""): [string, (value: string) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const value = new URLSearchParams(search).get(key) ?? fallback;
  const set = useCallback((next: string) => setQuery({ [key]: next === fallback ? "" : next }), [key, fallback]);
  return [value, set];
}

export function setQuery(changes: Record<string, string>): void {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === "") query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}`);
  changed();
}

export function Link({ to, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} onClick={follow} {...rest} />;
}
