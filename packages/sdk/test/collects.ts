/** Whether a module, built with names, has a garbage collector. */
export function collects(plugin: Uint8Array): boolean {
  const module = new WebAssembly.Module(new Uint8Array(plugin));
  return WebAssembly.Module.customSections(module, "name").some((names) =>
    Buffer.from(names).includes("__visit_members"),
  );
}
