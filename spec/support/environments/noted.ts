/** What preloads note, for a process to report that its environment is what it should be. */
export const noted = { grown: 0, emptied: 0 };
