// What the agent's API answers; docs/http-api.md describes it.

export type HealthState = "healthy" | "unhealthy" | "unknown" | "exited";

export interface Health {
  state: HealthState;
  message: string;
  since: string;
}

/** The one number that says most about a component. */
export interface Figure {
  kind: "targets" | "lag" | "queue" | "found";
  value: number;
  of: number;
  seconds: number;
}

export interface Identity {
  /** Unique in the process; behind the path of its modules. */
  id: string;
  name: string;
  label: string;
  module: string;
  health: Health;
  figure?: Figure;
}

export interface GraphNode extends Identity {
  dropped: number;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** loki_log, prometheus_metric, target, value. */
  type: string;
  /** Counts since the edge was made; for targets how many there are now. */
  items: number;
  bytes: number;
}

export interface Graph {
  at: number;
  live: boolean;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface ComponentRow extends Identity {
  itemsIn: number;
  bytesIn: number;
  itemsOut: number;
  bytesOut: number;
  dropped: number;
  busySeconds: number;
  ownSeconds: number;
}

export interface ComponentList {
  at: number;
  components: ComponentRow[];
}

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

export interface ComponentDetail extends Identity {
  summary: string;
  stability: string;
  place: string;
  arguments: string;
  exports: string;
  debug: Plain;
  referencesTo: string[];
  referencedBy: string[];
  flowsTo: string[];
  flowsFrom: string[];
  hasRules: boolean;
  hasStages: boolean;
  scrapes: boolean;
  hasReference: boolean;
}

export interface History {
  stepSeconds: number;
  series: { name: string; help: string; isRate: boolean; values: (number | null)[] }[];
}

export type Labels = Record<string, string>;

export type TargetHealth = "up" | "down" | "unknown" | "dropped";

export interface ScrapeTarget {
  component: string;
  health: TargetHealth;
  job: string;
  discovered: Labels;
  labels?: Labels;
  url?: string;
  interval?: string;
  timeout?: string;
  error?: string;
  lastScrape?: string;
  seconds?: number;
  scraped?: number;
  kept?: number;
  reason?: string;
}

export interface ScrapeTargets {
  total: number;
  page: number;
  size: number;
  counts: Record<TargetHealth, number>;
  jobs: string[];
  components: string[];
  targets: ScrapeTarget[];
}

/** What a target was before each component that relabelled it. */
export interface Origin {
  steps: { component: string; labels: Labels }[];
}

export interface TailedFile {
  component: string;
  path: string;
  labels: string;
  size: number;
  read_offset: number;
  lag_bytes: number;
  lag_seconds: number;
  open_files: number;
  is_running: boolean;
  polled: boolean;
  problem: string;
  last_error: string;
  last_error_at: string;
  last_line_at: string;
}

export interface Files {
  files: TailedFile[];
  sources: (Identity & { state: Plain })[];
}

export interface Endpoints {
  at: number;
  endpoints: { component: string; state: { [key: string]: Plain } }[];
  drops: Record<string, Record<string, number>>;
  /** Of the queue that the endpoints of a writer share. */
  diskBytes: Record<string, number>;
}

export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  message: string;
  help: string;
  file?: string;
  line?: number;
  column?: number;
  endLine?: number;
}

export interface SourceFile {
  name: string;
  lines: string[];
}

export interface Load {
  success: boolean;
  at: string;
  seconds: number;
  path: string;
  hash: string;
  files: SourceFile[];
  diagnostics: Diagnostic[];
}

export interface Configuration {
  canReload: boolean;
  running: Load | null;
  last: Load | null;
}

export interface Status {
  version: string;
  host: string;
  started: string;
  now: string;
  liveDebugging: boolean;
  allowsChanges: boolean;
  rawScrapes: boolean;
  supportBundle: boolean;
  lastLoadSuccessful: boolean;
  hash: string;
  health: Partial<Record<HealthState, number>>;
}

export interface NodeFacts {
  at: number;
  version: string;
  revision: string;
  runtime: string;
  system: string;
  architecture: string;
  started: string;
  processId: number;
  processors: number;
  cpuSeconds: number;
  residentBytes: number;
  /** Of the process's own budget; missing where it keeps none. */
  memoryBudget?: number;
  memoryUsed?: number;
  memoryPressure?: boolean;
  memoryPausedSeconds?: number;
  heapBytes: number;
  allocatedBytes: number;
  pauseSeconds: number;
  collections: number[];
  threads: number;
  openFiles: number;
  flags: string[];
}

export interface Rules {
  rules: { text: string; hits: number; drops: number }[];
  inputs: { labels: Labels }[];
  next: string[];
}

export interface RuleTrace {
  steps: { text: string; dropped: boolean; labels?: Labels }[];
  next: string[];
}

export interface TracedEntry {
  line: string;
  timestamp: string;
  labels: Labels;
  metadata: Labels;
  extracted: Labels;
}

export interface StageTrace {
  steps: { text: string; entries: TracedEntry[] }[];
}

export interface Sample {
  from: string;
  to: string;
  type: string;
  labels: Labels;
  line?: string;
  length?: number;
  value?: string;
  at?: number;
}
