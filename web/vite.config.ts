import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphiql/",
  build: {
    // Fonts and pictures stay files of their own, as the page's policy on what it may load expects.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 5000, // kB; the editor is one piece
    target: "es2022",
  },
});
