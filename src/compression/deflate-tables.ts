/**
 * The numbers of DEFLATE that both directions need: what length and distance codes stand for.
 *
 * A code stands for a base and so many extra bits. Source: RFC 1951, §3.2.5 and §3.2.6.
 */

/** Extra bits of the length codes 257…285. */
export const LENGTH_EXTRA = Object.freeze([
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
])
/** The shortest match of the length codes 257…285. */
export const LENGTH_BASE = Object.freeze([
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227],
  258,
])
/** Extra bits of the distance codes 0…29. */
export const DISTANCE_EXTRA = Object.freeze([
  ...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
])
/** The shortest distance of the distance codes 0…29. */
export const DISTANCE_BASE = Object.freeze(DISTANCE_EXTRA.map((_, code) => distanceBase(code)))

function distanceBase(code: number): number {
  return code < 4 ? code + 1 : ((2 + (code & 1)) << ((code >>> 1) - 1)) + 1
}

/** Bits of the fixed literal and length codes. */
export function fixedLiteralLengths(): Uint8Array {
  return new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280)
}

/** Bits of the fixed distance codes. */
export function fixedDistanceLengths(): Uint8Array {
  return new Uint8Array(30).fill(5)
}
