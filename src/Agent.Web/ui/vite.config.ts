import { defineConfig } from "vite";

// Paths are relative to the page's <base>, which the agent sets to --server.http.ui-path-prefix.
export default defineConfig({
  base: "./",
  logLevel: "warn",
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 2048,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // A mark for servers that render pages, which nobody does here.
    rolldownOptions: { onLog: (level, log, report) => void (log.code === "MODULE_LEVEL_DIRECTIVE" || report(level, log)) },
  },
  server: { proxy: { "/api": "http://127.0.0.1:12345", "/-": "http://127.0.0.1:12345" } },
});
