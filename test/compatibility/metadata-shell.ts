/**
 * Apache Kafka's metadata shell as a reader of snapshots. The shell runs its command as soon as its loader has applied the
 * snapshot; the tree that the command looks at is filled one event of the loader later (`MetadataLoader` schedules the
 * first call of a publisher, `MetadataShell.waitUntilCaughtUp` does not wait for that). A command that comes too soon
 * finds an empty tree. It is asked again for that reason alone: an answer from a tree that is filled counts at once.
 */

import { apacheKafka, output } from './commands.ts'

/** How often the shell may come too soon before its tree counts as empty. */
const MOST_ATTEMPTS = 10

/**
 * What the shell says of a snapshot.
 * @param command such as `['ls', '/image/topics/byName']`
 * @throws when the tree stays empty, or the shell fails
 */
export async function metadataShell(snapshot: string, command: readonly string[]): Promise<string> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const answer = await output(apacheKafka!, ['metadata-shell', '--snapshot', snapshot, ...command])
    if (!isOfEmptyTree(answer)) return answer
  }
  throw new Error(`the shell found nothing in ${snapshot}, ${MOST_ATTEMPTS} times`)
}

/** Of a path that does not exist `ls` and `cat` say nothing more than so. */
function isOfEmptyTree(answer: string): boolean {
  return answer.trim() === '' || answer.includes('No such file or directory')
}
