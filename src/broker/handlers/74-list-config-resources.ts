/**
 * ListConfigResources (key 74), versions 0 to 1: the resources that settings can be asked of.
 *
 * Version 0 (KIP-714) knows client metrics only, from 1 on all types do (KIP-1142). There are no client metrics and no
 * groups with settings of their own yet.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { BROKER_RESOURCE, TOPIC_RESOURCE } from '../metadata/config-table.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { handler } from './services.ts'

const LOGGER_RESOURCE = 8
const CLIENT_METRICS_RESOURCE = 16
const GROUP_RESOURCE = 32
const ALL_TYPES: readonly number[] = [
  ...[TOPIC_RESOURCE, BROKER_RESOURCE, LOGGER_RESOURCE, CLIENT_METRICS_RESOURCE, GROUP_RESOURCE],
]

export const handleListConfigResources = handler(
  apis.listConfigResources,
  ({ image }, { apiVersion }, request, answer) => {
    const known = apiVersion === 0 ? [CLIENT_METRICS_RESOURCE] : ALL_TYPES
    const types = request.resourceTypes.length === 0 ? known : [...new Set(request.resourceTypes)]
    if (!types.every((type) => known.includes(type))) {
      return answer({ errorCode: errorCode.UNSUPPORTED_VERSION, configResources: [] })
    }
    const configResources = types.flatMap((resourceType) =>
      namesOf(image, resourceType).map((resourceName) => ({ resourceType, resourceName })),
    )
    answer({ errorCode: errorCode.NONE, configResources })
  },
)

function namesOf(image: MetadataImage, type: number): readonly string[] {
  if (type === TOPIC_RESOURCE) return [...image.topics()].map(({ name }) => name)
  if (type !== BROKER_RESOURCE && type !== LOGGER_RESOURCE) return []
  return [...image.brokers()].filter(({ fenced }) => !fenced).map(({ brokerId }) => String(brokerId))
}
