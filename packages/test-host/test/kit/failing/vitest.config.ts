import { defineConfig } from "vitest/config";

// Files of the second project share one module cache: the kit's modules run once, before the first of them.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "isolated", include: ["test/kit/failing/failing.case.ts"] } },
      {
        test: {
          name: "shared",
          include: ["test/kit/failing/shared-*.case.ts"],
          isolate: false,
          fileParallelism: false,
        },
      },
    ],
  },
});
