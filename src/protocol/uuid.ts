/**
 * Kafka's UUIDs: topic ids, directory ids, incarnation ids.
 *
 * 16 bytes on the wire. In memory the 22 characters that Kafka's tools print: URL-safe base64 without padding. A text
 * compares, sorts as a map key and prints without help. Nothing here draws random ones: chance belongs to the world.
 */

declare const uuidBrand: unique symbol

/** 22 characters of URL-safe base64, canonical: two texts are equal exactly when the 16 bytes are. */
export type Uuid = string & { readonly [uuidBrand]: 'Uuid' }

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const UNIT_OF_VALUE: readonly number[] = Array.from(ALPHABET, (letter) => letter.charCodeAt(0))
const VALUE_OF_UNIT: readonly number[] = Array.from({ length: 128 }, (_, unit) =>
  ALPHABET.indexOf(String.fromCharCode(unit)),
)

/** Sixteen zero bytes: "none". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA' as Uuid

/** The characters of the zero id: what a text begins as, for an array that grows costs more than the text. */
const UNITS_OF_ZERO: readonly number[] = Array.from(ZERO_UUID, (letter) => letter.charCodeAt(0))

/** The topic id of `__cluster_metadata`: Kafka's `Uuid(0, 1)`. */
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ' as Uuid

/** True for the ids that must never be drawn for a topic: zero and that of the metadata topic. */
export function isReservedUuid(uuid: Uuid): boolean {
  return uuid === ZERO_UUID || uuid === METADATA_TOPIC_ID
}

/** The id whose 16 bytes begin at `start`, all of which must be there. */
export function uuidFromBytes(bytes: Uint8Array, start = 0): Uuid {
  const units = UNITS_OF_ZERO.slice()
  let at = 0
  for (let index = start; index < start + 15; index += 3) {
    const triple = (bytes[index]! << 16) | (bytes[index + 1]! << 8) | bytes[index + 2]!
    units[at++] = UNIT_OF_VALUE[triple >> 18]!
    units[at++] = UNIT_OF_VALUE[(triple >> 12) & 63]!
    units[at++] = UNIT_OF_VALUE[(triple >> 6) & 63]!
    units[at++] = UNIT_OF_VALUE[triple & 63]!
  }
  const last = bytes[start + 15]!
  units[at++] = UNIT_OF_VALUE[last >> 2]!
  units[at] = UNIT_OF_VALUE[(last & 3) << 4]!
  return String.fromCharCode.apply(undefined, units) as Uuid
}

/** The id's 16 bytes, in a new array. */
export function uuidToBytes(uuid: Uuid): Uint8Array {
  const bytes = new Uint8Array(16)
  writeUuid(uuid, bytes, 0)
  return bytes
}

/** Writes the id's 16 bytes at `position`, where there must be room. */
export function writeUuid(uuid: Uuid, bytes: Uint8Array, position: number): void {
  let at = position
  for (let index = 0; index < 20; index += 4) {
    const triple =
      (valueAt(uuid, index) << 18) |
      (valueAt(uuid, index + 1) << 12) |
      (valueAt(uuid, index + 2) << 6) |
      valueAt(uuid, index + 3)
    bytes[at++] = triple >> 16
    bytes[at++] = (triple >> 8) & 0xff
    bytes[at++] = triple & 0xff
  }
  bytes[at] = (valueAt(uuid, 20) << 2) | (valueAt(uuid, 21) >> 4)
}

/** The id that `text` spells, or undefined where it is not the canonical 22 characters of one. */
export function parseUuid(text: string): Uuid | undefined {
  if (text.length !== 22) return undefined
  for (let index = 0; index < 22; index++) {
    if (valueAt(text, index) < 0) return undefined
  }
  // The last character carries two bits; another one in it would spell the same bytes a second way.
  return (valueAt(text, 21) & 15) === 0 ? (text as Uuid) : undefined
}

/** The six bits of the character, or -1 where it is none of the alphabet. */
function valueAt(text: string, index: number): number {
  return VALUE_OF_UNIT[text.charCodeAt(index)] ?? -1
}
