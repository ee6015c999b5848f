/**
 * CreateTopics (key 19), versions 2 to 7: answered topic by topic when the creations are committed.
 *
 * From version 5 on the answer tells partitions, replication factor and settings (KIP-525), from 7 on the topic's id.
 * Its timeout is until it begins, as in Kafka: 0 ms
 * is too late. Left out: quotas (KIP-599), policies.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { CreateTopicsResponseInput } from '../../protocol/messages/19-create-topics.ts'
import { describeTopic } from '../config/describe-settings.ts'
import { deadlineIn } from '../controller/deadline.ts'
import { createTopics, type TopicOutcome } from '../controller/topic-creation.ts'
import { handler, type Services } from './services.ts'

export const handleCreateTopics = handler(apis.createTopics, (services, _context, request, answer) => {
  const { controller } = services
  const { topics, validateOnly, timeoutMs } = request
  createTopics(controller, { topics, validateOnly, deadline: deadlineIn(controller, timeoutMs) }, (outcomes) =>
    answer({ topics: outcomes.map((outcome) => respond(services, outcome)) }),
  )
})

function respond({ settings }: Services, outcome: TopicOutcome): CreateTopicsResponseInput['topics'][number] {
  const { name, topicId, errorCode: code, errorMessage, numPartitions, replicationFactor, configs } = outcome
  return {
    ...{ name, topicId, errorCode: code, errorMessage, numPartitions, replicationFactor },
    configs:
      code !== errorCode.NONE
        ? []
        : describeTopic(settings, configs).map((setting) => ({
            // As it was written: ` 7` and `+7` are told as they are until somebody asks for the topic's settings.
            ...{
              name: setting.name,
              value: configs.get(setting.name) ?? setting.value,
              readOnly: false,
              isSensitive: false,
            },
            configSource: setting.source,
          })),
  }
}
