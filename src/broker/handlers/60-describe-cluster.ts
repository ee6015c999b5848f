/**
 * DescribeCluster (key 60), versions 0 to 2: the nodes of the cluster that can be reached where the request came in.
 *
 * From version 1 on a client says whether it wants brokers or controllers, and is refused where the endpoint is of the
 * other kind (KIP-919); fenced brokers from version 2 on (KIP-1073). Nobody is refused anything: all
 * operations are authorized.
 */

import { apis } from '../../protocol/apis.ts'
import { ALL_CLUSTER_OPERATIONS, NO_AUTHORIZED_OPERATIONS } from '../../protocol/authorized-operations.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { DescribeClusterResponseInput } from '../../protocol/messages/60-describe-cluster.ts'
import type { Endpoint } from '../controller/registrations.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type Handler, handler, type RequestContext } from './services.ts'

const BROKERS = 1
const CONTROLLERS = 2
const KIND_NAMES: Readonly<Record<number, string>> = { [BROKERS]: 'BROKER', [CONTROLLERS]: 'CONTROLLER' }

type Nodes = DescribeClusterResponseInput['brokers']

/** The handler of a listener for brokers (clients ask there) or of one for controllers. */
export function describeClusterHandler(kind: typeof BROKERS | typeof CONTROLLERS): Handler {
  return handler(apis.describeCluster, (services, context, request, answer) => {
    const { clusterId, nodeId, controller, image } = services
    const { endpointType } = request
    const known = KIND_NAMES[endpointType] !== undefined
    if (endpointType !== kind) {
      const code = known ? errorCode.MISMATCHED_ENDPOINT_TYPE : errorCode.UNSUPPORTED_ENDPOINT_TYPE
      const errorMessage = known
        ? `The request was sent to an endpoint of type ${KIND_NAMES[kind]}, but we wanted an endpoint of type ${KIND_NAMES[endpointType]}`
        : `Unsupported endpoint type ${endpointType}`
      return answer({ errorCode: code, errorMessage, clusterId: '', endpointType: kind, brokers: [] })
    }
    const { includeFencedBrokers, includeClusterAuthorizedOperations: asksOperations } = request
    answer({
      ...{ errorCode: errorCode.NONE, errorMessage: null, clusterId, endpointType: kind },
      brokers: kind === BROKERS ? brokers(image, context, includeFencedBrokers) : controllers(image, context),
      clusterAuthorizedOperations: asksOperations ? ALL_CLUSTER_OPERATIONS : NO_AUTHORIZED_OPERATIONS,
      // Clients cannot reach controllers at a broker's listener, and send there what is for the controller.
      controllerId: kind === BROKERS ? nodeId : controller.options.quorum.leader.leaderId,
    })
  })
}

function brokers(image: MetadataImage, { listener }: RequestContext, withFenced: boolean): Nodes {
  return [...image.brokers()].flatMap(({ brokerId, endPoints, rack, fenced }) => {
    const endpoint = reachableAt(endPoints, listener)
    if (endpoint === undefined || (fenced && !withFenced)) return []
    return [{ brokerId, host: endpoint.host, port: endpoint.port, rack, isFenced: fenced }]
  })
}

function controllers(image: MetadataImage, { listener }: RequestContext): Nodes {
  return [...image.controllers()].flatMap(({ controllerId, endPoints }) => {
    const endpoint = reachableAt(endPoints, listener)
    return endpoint === undefined ? [] : [{ brokerId: controllerId, host: endpoint.host, port: endpoint.port }]
  })
}

function reachableAt(endPoints: readonly Endpoint[], listener: string): Endpoint | undefined {
  return endPoints.find(({ name }) => name === listener)
}
