/** Breaks nothing: what the others import. */
export const clock = 1
