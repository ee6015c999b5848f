/**
 * The error for a metadata record of a type or version that this program does not know: somebody newer wrote it. Whoever
 * reads the log can say so, with number and version.
 */

import { ProtocolError } from '../protocol-error.ts'

/** See the head of this file. Its `code` is `UNSUPPORTED_VERSION`. */
export class UnknownMetadataRecord extends ProtocolError {
  /** The number of the type; it may be a known one. */
  readonly recordType: number
  readonly recordVersion: number

  constructor(recordType: number, recordVersion: number, position: number) {
    super('UNSUPPORTED_VERSION', position, `a metadata record of type ${recordType} in version ${recordVersion}`)
    this.recordType = recordType
    this.recordVersion = recordVersion
  }
}
