/**
 * TopicRecord (type 2): a topic exists, under this name and id. Its partitions follow as records of their own.
 *
 * Version 0 only. A topic that is removed and created again has another id (KIP-516).
 */

import { message, string, uuid } from '../schema.ts'

/** The record's schema. */
export const topicRecord = message(
  { name: 'TopicRecord', apiKey: 2, versions: '0', flexible: '0+' },
  {
    name: string({ versions: '0+' }),
    topicId: uuid({ versions: '0+' }),
  },
)
