/** What the heap has given since the last collection. In a file of its own, because the heap's is not there when AssemblyScript's stays. */
export class allocation {
  static bytes: usize = 0;
}
