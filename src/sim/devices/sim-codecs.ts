/**
 * Checksums and compression of a simulated node: the portable code, so that a run is the same on every platform and in a
 * browser.
 */

import { compressPortably, decompressPortably } from '../../compression/portable-codecs.ts'
import { crc32c } from '../../protocol/crc32c.ts'
import type { Codecs } from '../../world/codecs.ts'

/** Stateless; one serves all nodes. */
export const simCodecs: Codecs = { crc32c, compress: compressPortably, decompress: decompressPortably }
