/** Planted: imports nothing and is imported by nobody. */
export const orphan = 1
