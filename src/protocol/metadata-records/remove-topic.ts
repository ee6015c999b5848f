/**
 * RemoveTopicRecord (type 9): a topic is deleted, and all its partitions with it (KIP-631).
 *
 * Version 0 only. Its settings go too, though no ConfigRecord says so.
 */

import { message, uuid } from '../schema.ts'

/** The record's schema. */
export const removeTopicRecord = message(
  { name: 'RemoveTopicRecord', apiKey: 9, versions: '0', flexible: '0+' },
  {
    topicId: uuid({ versions: '0+' }),
  },
)
