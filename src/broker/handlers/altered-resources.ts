/**
 * Alterations of settings as clients ask a broker for them: AlterConfigs and IncrementalAlterConfigs, as far as they agree.
 *
 * The settings of one broker are altered through that broker (KIP-226), which refuses those of others itself. The rest
 * of the request is the active controller's, on this node or elsewhere (KIP-590). Source: Kafka's `ConfigAdminManager`.
 */

import type { Api } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import type { ConfigOutcome, ConfigResource } from '../controller/configs.ts'
import { BROKER_RESOURCE } from '../metadata/config-table.ts'
import { forwardBody } from './forwarding.ts'
import type { Answer, RequestContext, Services } from './services.ts'

interface Alterations {
  readonly resources: readonly ConfigResource[]
}

interface Altered {
  readonly responses: readonly ConfigOutcome[]
}

/** Lets the controller decide, which is active on this node. */
export type Alter<Request> = (request: Request, done: (outcomes: readonly ConfigOutcome[]) => void) => void

/** What the two APIs differ in. */
export interface AlterationRequest<Request extends Message, Response extends Message> {
  readonly api: Api<Request, Response>
  readonly request: Decoded<Request> & Alterations
  readonly alter: Alter<Decoded<Request>>
}

/** Has the alterations decided of, here or where the controller is active; one outcome per resource named. */
export function alterResources<Request extends Message, Response extends Message>(
  services: Services,
  context: RequestContext,
  { api, request, alter }: AlterationRequest<Request, Response>,
  answer: Answer<Altered>,
): void {
  const isDirect = context.listener !== 'CONTROLLER'
  const isOfAnother = (resource: ConfigResource): boolean => isDirect && isOfOtherBroker(services.nodeId, resource)
  const refused = request.resources.filter(isOfAnother).map((resource) => refusal(services.nodeId, resource))
  const rest = { ...request, resources: request.resources.filter((resource) => !isOfAnother(resource)) }
  const respond = (outcomes: readonly ConfigOutcome[]): void => answer({ responses: [...refused, ...outcomes] })
  if (refused.length > 0 && rest.resources.length === 0) return respond([])
  if (services.controller.isActive || !isDirect) return alter(rest, respond)
  forwardBody(services, context, api, rest as unknown as Encodable<Request>, (response) => {
    if (response === undefined) answer('close')
    else respond((response as unknown as Altered).responses)
  })
}

/** An empty name stands for all brokers. */
function isOfOtherBroker(nodeId: number, { resourceType, resourceName }: ConfigResource): boolean {
  return resourceType === BROKER_RESOURCE && resourceName !== '' && resourceName !== String(nodeId)
}

function refusal(nodeId: number, { resourceType, resourceName }: ConfigResource): ConfigOutcome {
  const errorMessage = `Unexpected broker id, expected ${nodeId} or empty string, but received ${resourceName}`
  return { resourceType, resourceName, errorCode: errorCode.INVALID_REQUEST, errorMessage }
}
