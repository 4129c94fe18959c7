import { lazy, Suspense, useEffect, useState, type ComponentType, type MouseEvent } from "react";
import { apiUrl, setPaused, useConnection, usePolled } from "./lib/api";
import { age, count } from "./lib/format";
import { href, Link, usePath, viewPath } from "./lib/route";
import type { Status } from "./lib/types";
import { Text, useNow, useTitle, Waiting } from "./parts/basics";
import { ComponentView } from "./views/Component";
import { ComponentsView } from "./views/Components";

export interface ViewProps {
  status: Status | undefined;
  /** What follows the view's name in the path. */
  rest: string;
}

type View = ComponentType<ViewProps>;

// What is not looked at is not loaded.
const loaders: Record<string, () => Promise<{ default: View }>> = {
  graph: () => import("./views/Graph"),
  targets: () => import("./views/Targets"),
  relabel: () => import("./views/Relabel"),
  stages: () => import("./views/Stages"),
  files: () => import("./views/Files"),
  endpoints: () => import("./views/Endpoints"),
  live: () => import("./views/Live"),
  config: () => import("./views/Config"),
  node: () => import("./views/Node"),
  docs: () => import("./views/Docs"),
};

const views: Record<string, View> = {
  "": ComponentsView,
  components: ComponentsView,
  component: ComponentView,
  ...Object.fromEntries(Object.entries(loaders).map(([name, load]) => [name, lazy(load)])),
};

/** The view that the address names is here: it is drawn at once. */
export async function viewLoaded(): Promise<void> {
  const name = nameOf(viewPath());
  const load = loaders[name];
  if (load) views[name] = (await load().catch(() => null))?.default ?? views[name]!;
}

function nameOf(path: string): string {
  return path.split("/", 1)[0]!;
}

const menu: [string, [string, string][]][] = [
  ["Pipeline", [["", "Components"], ["graph", "Graph"], ["live", "Live"]]],
  ["Metrics", [["targets", "Targets"], ["relabel", "Relabel trace"]]],
  ["Logs", [["files", "Files & sources"], ["stages", "Stage trace"]]],
  ["Delivery", [["endpoints", "Endpoints"]]],
  ["Agent", [["config", "Configuration"], ["node", "Node & log"]]],
];

export function App() {
  const path = usePath();
  const name = nameOf(path);
  const rest = path.slice(name.length + 1);
  const status = usePolled<Status>(apiUrl("status"), 5000).data;
  const View = views[name];
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <Menu current={name === "components" || name === "component" ? "" : name} status={status} />
      <div className="page">
        <Bar status={status} />
        <main id="main" tabIndex={-1} className={name === "graph" ? "full" : undefined}>
          <Suspense fallback={<Waiting />}>{View ? <View status={status} rest={rest} /> : <NotFound what={`page /${path}`} />}</Suspense>
        </main>
      </div>
    </div>
  );
}

/** The page has a base address, from which a plain link to a part of the page would lead to another page. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

export function NotFound({ what }: { what: string }) {
  useTitle("Not found");
  return (
    <div className="not-found">
      <h1>Not found</h1>
      <p>
        There is no <Text limit={300}>{what}</Text> here. It may have gone with a reload of the configuration.
      </p>
      <p>
        <Link to={href("")}>All components</Link>
      </p>
    </div>
  );
}

function Menu({ current, status }: { current: string; status: Status | undefined }) {
  const unhealthy = (status?.health.unhealthy ?? 0) + (status?.health.exited ?? 0);
  return (
    <nav className="menu" aria-label="views">
      <Link to={href("")} className="brand" aria-label="Invar, all components">
        <Mark />
        <span>Invar</span>
      </Link>
      {menu.map(([group, items]) => (
        <div key={group} className="menu-group">
          <h2>{group}</h2>
          <ul>
            {items.map(([path, title]) => (
              <li key={path}>
                <Link to={href(path)} aria-current={current === path ? "page" : undefined}>
                  {title}
                  {path === "" && unhealthy > 0 && <span className="menu-count bad">{count(unhealthy)}</span>}
                  {path === "config" && status && !status.lastLoadSuccessful && <span className="menu-count bad">!</span>}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="menu-foot">
        {status && (
          <>
            <span>{status.version}</span>
            <span>
              <Text limit={60}>{status.host}</Text>
            </span>
          </>
        )}
      </p>
    </nav>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="7" className="mark-back" />
      <path d="M9 8h14M9 24h14M16 8v16" className="mark-line" />
    </svg>
  );
}

function Bar({ status }: { status: Status | undefined }) {
  const { paused, connected, lastAnswer } = useConnection();
  const now = useNow();
  return (
    <header className="bar">
      {status && !status.lastLoadSuccessful && (
        <Link to={href("config")} className="bar-problem">
          The last configuration was refused; what ran before goes on
        </Link>
      )}
      <span className="spacer" />
      <span role="status" className={connected ? "connection" : "connection lost"}>
        {connected ? (paused ? `Paused, last update ${age(lastAnswer, now)}` : "Live") : `Disconnected, last update ${age(lastAnswer, now)}`}
      </span>
      <button onClick={() => setPaused(!paused)} aria-pressed={paused} title="Stop or resume refreshing">
        {paused ? "Resume" : "Pause"}
      </button>
      <ThemeButton />
    </header>
  );
}

type Theme = "auto" | "light" | "dark";

const themes: Theme[] = ["auto", "light", "dark"];

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem("theme") as Theme;
    return themes.includes(stored) ? stored : "auto";
  } catch {
    return "auto";
  }
}

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // A browser that keeps nothing still shows the theme until the page is left.
    }
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return (
    <button onClick={() => setTheme(next)} title={`Colours: ${theme}. Switch to ${next}`}>
      {theme === "auto" ? "Auto" : theme === "light" ? "Light" : "Dark"}
      <span className="sr-only"> colours, switch to {next}</span>
    </button>
  );
}
